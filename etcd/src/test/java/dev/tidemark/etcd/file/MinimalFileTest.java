package dev.tidemark.etcd.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The smallest file that etcd accepts, byte for byte. */
class MinimalFileTest {
    private static final String META_0 =
            "00000000000000000400000000000000edda0ced0200000000100000000000000200000000000000"
                    + "0000000000000000ffffffffffffffff030000000000000002000000000000004067af04a0b168e3";
    private static final String META_1 =
            "01000000000000000400000000000000edda0ced0200000000100000000000000200000000000000"
                    + "0000000000000000ffffffffffffffff03000000000000000100000000000000a3457d25bb065940";
    private static final String PAGE_2 =
            "02000000000000000200020000000000010000002000000003000000200000000100000033000000"
                    + "04000000200000006b65790000000000000000000000000000000000000000000000000200000000"
                    + "0000006d657461000000000000000000000000000000000000000000000000020000000000000000"
                    + "0000000000000000";
    private static final String SHA256 = "8c7d0fc23462dbe47f34539d7bd10d048ef6b932bc3f7135f0bca299b2d1bb92";

    @TempDir
    private Path directory;

    @Test
    void twoEmptyBucketsGiveTheKnownBytes() throws IOException {
        Path path = directory.resolve("minimal.db");
        try (BboltWriter writer = BboltWriter.create(path, 4096)) {
            writer.endBucket("meta", writer.beginBucket());
            writer.endBucket("key", writer.beginBucket());
            assertThat(writer.finish().trailerSha256()).isEqualTo(SHA256);
        }
        byte[] file = Files.readAllBytes(path);
        assertThat(file).hasSize(3 * 4096 + 32);
        assertThat(hex(file, 0, 80)).isEqualTo(META_0);
        assertThat(hex(file, 4096, 80)).isEqualTo(META_1);
        assertThat(hex(file, 8192, 128)).isEqualTo(PAGE_2);
        assertThat(hex(file, 12288, 32)).isEqualTo(SHA256);
        assertThat(Arrays.copyOfRange(file, 8192 + 128, 12288)).containsOnly(0);
    }

    @Test
    void anEmptyStoreStandsAtRevisionOne() {
        Path path = directory.resolve("empty.db");
        try (BboltWriter writer = BboltWriter.create(path, 4096)) {
            writer.endBucket("meta", writer.beginBucket());
            writer.endBucket("key", writer.beginBucket());
            writer.finish();
        }
        try (EtcdDatabase database = EtcdDatabase.open(path)) {
            assertThat(database.revision()).isEqualTo(1);
            assertThat(database.lastRecordRevision()).isZero();
            assertThat(database.compactRevision()).isZero();
            assertThat(database.bucketNames()).containsExactly("key", "meta");
            assertThat(database.verifySha256()).isEqualTo(SHA256);
            assertThat(database.leases()).isEmpty();
            assertThat(database.storageVersion()).isEmpty();
        }
    }

    private static String hex(byte[] file, int from, int length) {
        return HexFormat.of().formatHex(file, from, from + length);
    }
}
