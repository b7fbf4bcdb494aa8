package dev.tidemark.restorer.verify;

import dev.tidemark.archive.seal.Sealing;
import dev.tidemark.archive.seal.SealingKey;
import dev.tidemark.archive.store.ArchiveSettings;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.archive.store.ObjectStores;
import dev.tidemark.sandbox.MinioServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of object, damaged in every way, in a directory and in an object store; without levels, with them, and sealed. */
class DamageLadderIT {
    @TempDir
    private Path directory;

    @Test
    void whateverIsDamagedInADirectoryIsNamedAndEndangersNoMoreThanIsSaid() throws IOException {
        Path archive = directory.resolve("archive");
        try (ObjectStore store =
                ObjectStores.open(ArchiveSettings.inDirectory(archive.toUri()).creating())) {
            climb("directory", store, 2);
        }
    }

    @Test
    void whateverIsDamagedInAnObjectStoreIsNamedAndEndangersNoMoreThanIsSaid() throws IOException {
        try (MinioServer minio = MinioServer.launch().withBucket("tidemark");
                ObjectStore store = ObjectStores.open(ArchiveSettings.inS3(
                        URI.create("s3://tidemark/archive"),
                        new ArchiveSettings.S3(minio.endpoint(), "us-east-1", minio.accessKey(), minio.secretKey())))) {
            climb("MinIO", store, 1);
        }
    }

    @Test
    void whateverIsDamagedOfASealedArchiveIsNamedAndEndangersNoMoreThanIsSaid() throws IOException {
        Path key = directory.resolve("key");
        SealingKey.create(key, new SecureRandom());
        Path scratch = Files.createDirectory(directory.resolve("scratch"));
        URI archive = directory.resolve("archive").toUri();
        try (ObjectStore store =
                ObjectStores.open(ArchiveSettings.inDirectory(archive).creating())) {
            ObjectStore sealed = Sealing.of(List.of(key), Sealing.Clear.REFUSE).over(store, InstantSource.system());
            climb("sealed, with levels", store, 1, scratch, Subject.ofLevels(sealed, scratch));
        }
    }

    private void climb(String where, ObjectStore store, int each) throws IOException {
        Path scratch = Files.createDirectory(directory.resolve("scratch"));
        climb(where, store, each, scratch, Subject.ofCheckpoints(store, scratch));
        store.list("", "", 10_000).forEach(info -> store.delete(info.name()));
        climb(where + " with levels", store, each, scratch, Subject.ofLevels(store, scratch));
    }

    private static void climb(String where, ObjectStore store, int each, Path scratch, Subject subject) {
        DamageLadder ladder = new DamageLadder(store, scratch, subject);
        ladder.nothingIsFoundInAWholeArchive();
        System.out.println(where + ": " + ladder.damageAll(each));
    }
}
