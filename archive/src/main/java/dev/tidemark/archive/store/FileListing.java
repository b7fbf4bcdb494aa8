package dev.tidemark.archive.store;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One listing of a directory tree in the order in which an object store lists names. */
final class FileListing {
    private final Path root;
    private final String prefix;
    private final String startAfter;
    private final int max;
    private final List<ObjectInfo> found = new ArrayList<>();

    FileListing(Path root, String prefix, String startAfter, int max) {
        this.root = root;
        this.prefix = prefix;
        this.startAfter = startAfter;
        this.max = max;
    }

    List<ObjectInfo> find() throws IOException {
        walk(root, "");
        return List.copyOf(found);
    }

    private void walk(Path directory, String name) throws IOException {
        for (Map.Entry<String, BasicFileAttributes> entry :
                sorted(directory, name).entrySet()) {
            if (found.size() == max) {
                return;
            }
            String child = entry.getKey();
            if (child.endsWith("/")) {
                walk(root.resolve(child), child);
            } else {
                BasicFileAttributes file = entry.getValue();
                found.add(new ObjectInfo(
                        child, file.size(), file.lastModifiedTime().toInstant()));
            }
        }
    }

    /** A directory counts as its name with the slash: {@code a-b} sorts before what is in {@code a/}. */
    private Map<String, BasicFileAttributes> sorted(Path directory, String name) throws IOException {
        Map<String, BasicFileAttributes> entries = new TreeMap<>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
            for (Path child : children) {
                add(child, name + child.getFileName(), entries);
            }
        }
        return entries;
    }

    private void add(Path child, String name, Map<String, BasicFileAttributes> entries) throws IOException {
        if (child.getFileName().toString().startsWith(".")) {
            return;
        }
        // Whatever lies outside of the listing is left alone before it costs a look at the disk.
        if (!name.startsWith(prefix) && !prefix.startsWith(name)) {
            return;
        }
        BasicFileAttributes file;
        try {
            file = Files.readAttributes(child, BasicFileAttributes.class);
        } catch (NoSuchFileException e) {
            return; // deleted while listing
        }
        if (file.isDirectory()) {
            String below = name + "/";
            if (below.compareTo(startAfter) >= 0 || startAfter.startsWith(below)) {
                entries.put(below, file);
            }
        } else if (name.startsWith(prefix) && name.compareTo(startAfter) > 0) {
            entries.put(name, file);
        }
    }
}
