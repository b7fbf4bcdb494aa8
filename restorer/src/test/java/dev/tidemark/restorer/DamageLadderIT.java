package dev.tidemark.restorer;

import dev.tidemark.archive.store.ArchiveSettings;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.archive.store.ObjectStores;
import dev.tidemark.sandbox.MinioServer;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In MinIO: one of every kind of object, damaged in every way. */
class DamageLadderIT {
    @TempDir
    private Path directory;

    @Test
    void whateverIsDamagedInAnObjectStoreIsNamedAndEndangersNoMoreThanIsSaid() {
        try (MinioServer minio = MinioServer.launch().withBucket("tidemark");
                ObjectStore store = ObjectStores.open(ArchiveSettings.inS3(
                        URI.create("s3://tidemark/archive"),
                        new ArchiveSettings.S3(minio.endpoint(), "us-east-1", minio.accessKey(), minio.secretKey())))) {
            DamageLadder ladder = new DamageLadder(store, directory);
            ladder.nothingIsFoundInAWholeArchive();
            System.out.println("MinIO: " + ladder.damageAll(1));
        }
    }
}
