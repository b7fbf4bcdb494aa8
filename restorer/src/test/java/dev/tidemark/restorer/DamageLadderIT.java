package dev.tidemark.restorer;

import dev.tidemark.archive.store.ArchiveSettings;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.archive.store.ObjectStores;
import dev.tidemark.sandbox.MinioServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of object, damaged in every way, in a directory and in an object store. */
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

    private void climb(String where, ObjectStore store, int each) throws IOException {
        DamageLadder ladder = new DamageLadder(store, Files.createDirectory(directory.resolve("scratch")));
        ladder.nothingIsFoundInAWholeArchive();
        System.out.println(where + ": " + ladder.damageAll(each));
    }
}
