package dev.tidemark.archive.store;

import java.net.URI;
import java.nio.file.Path;

/** Opens the store that settings name. */
public final class ObjectStores {
    private ObjectStores() {}

    /**
     * The store at {@code settings.uri()}; the caller closes it. Asks the store nothing unless it is to make a bucket.
     *
     * @throws StoreRefusedException if the settings cannot be right
     */
    public static ObjectStore open(ArchiveSettings settings) {
        URI uri = settings.uri();
        String scheme = String.valueOf(uri.getScheme());
        return switch (scheme) {
            case "s3" -> S3Store.open(settings);
            case "file" -> FileStore.open(directory(uri), settings.missing());
            default -> throw refused(uri, "has scheme " + scheme);
        };
    }

    private static Path directory(URI uri) {
        try {
            return Path.of(uri);
        } catch (IllegalArgumentException e) {
            throw refused(uri, e.getMessage());
        }
    }

    static StoreRefusedException refused(URI uri, String why) {
        return new StoreRefusedException(
                "archive.uri " + uri + " names no store: " + why, "use s3://bucket/prefix or file:///directory", null);
    }
}
