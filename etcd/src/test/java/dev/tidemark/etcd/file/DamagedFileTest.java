package dev.tidemark.etcd.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A damaged file ends in an exception that names the damage: never in another exception, never in a loop. */
class DamagedFileTest {
    private static final int PAGE = 4096;

    @TempDir
    private Path directory;

    private Path path;
    private byte[] sound;

    @BeforeEach
    void writeSoundFile() throws IOException {
        path = directory.resolve("sound.db");
        try (EtcdDatabaseWriter writer = EtcdDatabaseWriter.create(path, 0)) {
            for (int i = 2; i < 12_000; i++) {
                byte[] key = ByteBuffer.allocate(8).putInt(i).array();
                writer.append(Change.put(i, 0, key, new byte[i % 400], i, 1, 0, 0, 0), Liveness.LIVE);
            }
            writer.finish(FileContents.of(List.of()));
        }
        sound = Files.readAllBytes(path);
    }

    @Test
    void aFlippedBitInTheFirstMetaIsAnsweredByTheSecond() throws IOException {
        for (int at : new int[] {16, 20, 24, 33, 57, 66, 79}) {
            assertThat(count(flip(at, 1))).isEqualTo(11_998);
        }
    }

    @Test
    void aFlippedBitInBothMetasIsRefused() throws IOException {
        byte[] file = flip(40, 1);
        file[PAGE + 40] ^= 1;
        assertThatThrownBy(() -> count(file))
                .isInstanceOf(DamagedFileException.class)
                .hasMessageContaining("neither meta page is sound");
    }

    @Test
    void aTruncatedFileIsRefusedAtAnyLength() {
        for (int length :
                new int[] {0, 1, 79, 80, 4095, 4096, 8192, 12288, 12320, sound.length / 2, sound.length - 33}) {
            assertThatThrownBy(() -> count(Arrays.copyOf(sound, length)))
                    .as("length %s", length)
                    .isInstanceOf(DamagedFileException.class);
        }
    }

    @Test
    void aFileWithoutTrailingSumIsReadButHasNothingToVerify() throws IOException {
        byte[] file = Arrays.copyOf(sound, sound.length - 32);
        assertThat(count(file)).isEqualTo(11_998);
        try (EtcdDatabase database = EtcdDatabase.open(path)) {
            assertThat(database.hasSha256()).isFalse();
            assertThatThrownBy(database::verifySha256).hasMessageContaining("no trailing SHA-256");
        }
    }

    @Test
    void anyFlippedBitIsFoundByTheTrailingSum() throws IOException {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 20; i++) {
            Files.write(path, flip(2 * PAGE + random.nextInt(sound.length - 2 * PAGE), 1 << random.nextInt(8)));
            try (EtcdDatabase database = EtcdDatabase.open(path)) {
                assertThatThrownBy(database::verifySha256)
                        .isInstanceOf(DamagedFileException.class)
                        .hasMessageContaining("SHA-256");
            } catch (DamagedFileException e) {
                assertThat(e.failure()).isEqualTo(Failure.VERIFICATION);
            }
        }
    }

    @Test
    void aPageThatRefersToItselfEndsTheWalk() throws IOException {
        int root = root();
        ByteBuffer file = ByteBuffer.wrap(sound.clone()).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(file.getShort(root * PAGE + 8)).isEqualTo((short) Bbolt.BRANCH_PAGE);
        file.putLong(root * PAGE + 16 + 8, root);
        assertThatThrownBy(() -> count(file.array())).isInstanceOf(DamagedFileException.class);
        file.putLong(root * PAGE + 16 + 8, 1L << 40);
        assertThatThrownBy(() -> count(file.array()))
                .isInstanceOfSatisfying(
                        DamagedFileException.class, e -> assertThat(e.page()).isEqualTo(1L << 40));
    }

    @Test
    void damageAnywhereInThePagesIsNamedOrHarmless() {
        long seed = 42;
        SplittableRandom random = new SplittableRandom(seed);
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            for (int i = 0; i < 400; i++) {
                byte[] file = sound.clone();
                int page = 2 + random.nextInt(sound.length / PAGE - 2);
                for (int j = 0; j < 3; j++) {
                    file[page * PAGE + random.nextInt(i % 2 == 0 ? 16 : 512)] = (byte) random.nextInt();
                }
                Throwable thrown = catchThrowable(() -> count(file));
                assertThat(thrown == null || thrown instanceof DamagedFileException)
                        .as("seed %s, run %s: %s", seed, i, thrown)
                        .isTrue();
            }
        });
    }

    @Test
    void somethingElseIsNotADatabase() {
        assertThatThrownBy(() -> count(new byte[100_000])).hasMessageContaining("not an etcd database");
        assertThatThrownBy(() -> EtcdDatabase.open(directory.resolve("none")))
                .isInstanceOf(EtcdFileException.class)
                .hasMessageContaining("no such file");
        assertThatThrownBy(() -> EtcdDatabase.open(directory)).isInstanceOf(EtcdFileException.class);
    }

    private int root() {
        ByteBuffer file = ByteBuffer.wrap(sound).order(ByteOrder.LITTLE_ENDIAN);
        int buckets = (int) file.getLong(32) * PAGE;
        for (int i = 0; i < file.getShort(buckets + 10); i++) {
            int element = buckets + 16 + 16 * i;
            int key = element + file.getInt(element + 4);
            if (file.get(key) == 'k') {
                return (int) file.getLong(key + 3);
            }
        }
        throw new AssertionError("no bucket key");
    }

    private byte[] flip(int at, int mask) {
        byte[] file = sound.clone();
        file[at] ^= (byte) mask;
        return file;
    }

    private int count(byte[] file) throws IOException {
        Files.write(path, file);
        int[] count = {0};
        try (EtcdDatabase database = EtcdDatabase.open(path)) {
            database.forEachChange(0, 0, change -> count[0]++);
            database.leases();
        }
        return count[0];
    }
}
