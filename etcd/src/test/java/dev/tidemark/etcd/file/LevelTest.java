package dev.tidemark.etcd.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;

/** A level is kept in chunks of 256 KiB: what is read back must not depend on where they end. */
class LevelTest {
    @Property(tries = 100)
    void givesBackWhatItWasGivenOverAllChunks(@ForAll("keySizes") List<Integer> keySizes) {
        assertGivesBack(keySizes);
    }

    @Test
    void aChunkMayBeFullToTheLastByte() {
        // seven keys and one more that ends 0 to 15 bytes before the end of the chunk
        for (int left = 0; left < 16; left++) {
            List<Integer> keySizes = new ArrayList<>(List.of(32756, 32756, 32756, 32756, 32756, 32756, 32756));
            keySizes.add(256 * 1024 - 7 * 32766 - 10 - left);
            keySizes.addAll(List.of(1, 17, 2));
            assertGivesBack(keySizes);
        }
    }

    private static void assertGivesBack(List<Integer> keySizes) {
        Level level = new Level();
        long keyBytes = 0;
        for (int i = 0; i < keySizes.size(); i++) {
            level.add(key(i, keySizes.get(i)), 3, keySizes.get(i), page(i));
            keyBytes += keySizes.get(i);
        }
        assertThat(level.count()).isEqualTo(keySizes.size());
        assertThat(level.keyBytes()).isEqualTo(keyBytes);
        Level.Cursor cursor = level.cursor();
        for (int i = 0; i < keySizes.size(); i++) {
            cursor.next();
            assertThat(cursor.keySize()).isEqualTo(keySizes.get(i));
            assertThat(cursor.page()).isEqualTo(page(i));
            assertThat(cursor.bytes()[cursor.keyAt()]).isEqualTo((byte) i);
            assertThat(cursor.bytes()[cursor.keyAt() + cursor.keySize() - 1]).isEqualTo((byte) i);
        }
    }

    private static byte[] key(int number, int size) {
        byte[] bytes = new byte[size + 6];
        bytes[3] = (byte) number;
        bytes[3 + size - 1] = (byte) number;
        return bytes;
    }

    private static long page(int number) {
        return number * 0x1_0000_0001L + 0xFF;
    }

    @Provide
    Arbitrary<List<Integer>> keySizes() {
        return Arbitraries.frequencyOf(
                        Tuple.of(8, Arbitraries.just(17)),
                        Tuple.of(4, Arbitraries.integers().between(1, 300)),
                        Tuple.of(1, Arbitraries.integers().between(30_000, 32_768)))
                .list()
                .ofMaxSize(400);
    }
}
