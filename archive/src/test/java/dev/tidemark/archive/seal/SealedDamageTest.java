package dev.tidemark.archive.seal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.archive.store.StoreUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was changed, cut, swapped or put there by somebody else is never taken for what was sealed. */
class SealedDamageTest {
    private static final int LARGE = 300_000;

    @TempDir
    Path directory;

    @TempDir
    Path keys;

    private ChangingStore way;
    private Sealing sealing;
    private ObjectStore store;

    @BeforeEach
    void seal() {
        way = new ChangingStore(directory);
        SealingKey.create(keys.resolve("key"), new SecureRandom());
        sealing = Sealing.of(List.of(keys.resolve("key")), Sealing.Clear.REFUSE);
        store = sealing.over(way.store(), InstantSource.system());
    }

    /** Nothing is remembered of what was read before. */
    private ObjectStore anew() {
        return sealing.over(way.store(), InstantSource.system());
    }

    @Test
    void everyFlippedBitOfASmallObjectIsNoticedByEveryWayToReadIt() throws IOException {
        store.put("c/m/0", "sixteen bytes ok".getBytes(US_ASCII));
        byte[] sealed = way.resting("c/m/0");
        for (int bit = 0; bit < sealed.length * 8; bit++) {
            byte[] flipped = sealed.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            way.rest("c/m/0", flipped);

            ObjectStore reader = anew();
            assertDamaged(bit, () -> reader.get("c/m/0"));
            assertDamaged(bit, () -> reader.read("c/m/0", 3, 4));
            assertDamaged(bit, () -> {
                try (InputStream in = reader.open("c/m/0")) {
                    in.readAllBytes();
                }
            });
        }
    }

    private static void assertDamaged(int bit, org.assertj.core.api.ThrowableAssert.ThrowingCallable reading) {
        assertThatThrownBy(reading)
                .as("bit %d", bit)
                .isInstanceOf(DamagedObjectException.class)
                .hasMessageContaining("c/m/0");
    }

    @Test
    void everyTruncationIsNoticed() throws IOException {
        byte[] clear = large();
        store.put("c/d/large", clear);
        byte[] sealed = way.resting("c/d/large");
        for (int length : new int[] {0, 3, 39, 79, 80, 81, 32_768, 65_536, sealed.length - 1}) {
            way.rest("c/d/large", Arrays.copyOf(sealed, length));

            ObjectStore reader = anew();
            assertThatThrownBy(() -> reader.get("c/d/large"))
                    .as("of %d bytes", length)
                    .isInstanceOf(DamagedObjectException.class);
            assertThatThrownBy(() -> reader.read("c/d/large", LARGE - 5, 5))
                    .as("of %d bytes", length)
                    .isInstanceOf(DamagedObjectException.class);
            assertThatThrownBy(() -> {
                        try (InputStream in = reader.open("c/d/large")) {
                            in.readAllBytes();
                        }
                    })
                    .as("of %d bytes", length)
                    .isInstanceOf(DamagedObjectException.class);
        }
    }

    @Test
    void whatWasAppendedIsNoticed() {
        byte[] clear = large();
        store.put("c/d/large", clear);
        byte[] sealed = way.resting("c/d/large");
        for (int more : new int[] {1, 16, 32_768}) {
            way.rest("c/d/large", Arrays.copyOf(sealed, sealed.length + more));

            assertThatThrownBy(() -> store.get("c/d/large")).isInstanceOf(DamagedObjectException.class);
            assertThatThrownBy(() -> {
                        try (InputStream in = store.open("c/d/large")) {
                            in.readAllBytes();
                        }
                    })
                    .isInstanceOf(DamagedObjectException.class);
        }
    }

    @Test
    void anObjectUnderAnothersNameDoesNotOpen() {
        store.put("c/m/0", "one".getBytes(US_ASCII));
        store.put("c/m/1", "two".getBytes(US_ASCII));
        way.rest("c/m/1", way.resting("c/m/0"));

        assertThatThrownBy(() -> store.get("c/m/1"))
                .isInstanceOf(DamagedObjectException.class)
                .hasMessageContaining("c/m/1")
                .hasMessageContaining("does not open with its data key");
    }

    @Test
    void whatIsNotSealedIsRefusedUnlessItMayBeOlderThanTheKeys() {
        way.put("c/m", "an object of who has no key".getBytes(US_ASCII));

        assertThatThrownBy(() -> store.get("c/m"))
                .isInstanceOf(DamagedObjectException.class)
                .hasMessageContaining("is not sealed")
                .hasMessageContaining("encryption.clear");
        assertThat(new Sealing(sealing.keys(), Sealing.Clear.READ, new SecureRandom())
                        .over(way.store(), InstantSource.system())
                        .get("c/m"))
                .asString()
                .isEqualTo("an object of who has no key");
    }

    @Test
    void whatArrivesDamagedOnceIsFetchedAgain() {
        byte[] clear = large();
        store.put("c/d/large", clear);
        ObjectStore reader = anew();
        assertThat(reader.read("c/d/large", 0, 1)).containsExactly(clear[0]);
        Random random = new Random(11);
        for (int n = 0; n < 200; n++) {
            int offset = random.nextInt(LARGE - 1000);
            way.changeNext(1, bytes -> {
                bytes[random.nextInt(bytes.length)] ^= 4;
                return bytes;
            });
            assertThat(n % 2 == 0 ? reader.read("c/d/large", offset, 1000) : anew().read("c/d/large", offset, 1000))
                    .as("range %d", offset)
                    .isEqualTo(Arrays.copyOfRange(clear, offset, offset + 1000));
        }
        way.changeNext(1, bytes -> {
            bytes[100_000] ^= 1;
            return bytes;
        });
        assertThat(reader.get("c/d/large")).isEqualTo(clear);
    }

    /** Every bit of the header, and what is remembered of an object that came so. */
    @Test
    void aHeaderThatArrivesDamagedIsFetchedAgainAndNotRemembered() {
        byte[] clear = large();
        store.put("c/d/large", clear);
        for (Sealing.Clear older : Sealing.Clear.values()) {
            for (int bit = 0; bit < SealedHeader.BYTES * 8; bit++) {
                ObjectStore reader = new Sealing(sealing.keys(), older, new SecureRandom())
                        .over(way.store(), InstantSource.system());
                reader.get("c/d/other" + warm(reader));
                int at = bit;
                way.changeNext(1, bytes -> {
                    bytes[at / 8] ^= (byte) (1 << at % 8);
                    return bytes;
                });
                boolean magic = bit < 32;
                byte[] first = reader.read("c/d/large", LARGE - 1000, 1000);
                if (older == Sealing.Clear.REFUSE || !magic) {
                    assertThat(first).as("bit %d", bit).isEqualTo(Arrays.copyOfRange(clear, LARGE - 1000, LARGE));
                }
                assertThat(reader.read("c/d/large", LARGE - 1000, 1000))
                        .as("after bit %d", bit)
                        .isEqualTo(Arrays.copyOfRange(clear, LARGE - 1000, LARGE));
            }
        }
    }

    /** So that the next answer is that of the object itself. */
    private String warm(ObjectStore reader) {
        if (!reader.exists("c/d/other")) {
            reader.put("c/d/other", new byte[1]);
        }
        return "";
    }

    @Test
    void aStreamThatArrivesDamagedIsMendedOrBreaks() throws IOException {
        byte[] clear = large();
        store.put("c/d/large", clear);
        int stored = way.resting("c/d/large").length;
        for (int n = 0; n < 60; n++) {
            int at = n < 40 ? n * 2 : 80 + (stored - 81) * (n - 40) / 20;
            way.changeNext(1, bytes -> {
                bytes[at] ^= 1;
                return bytes;
            });
            byte[] came;
            try (InputStream in = store.open("c/d/large")) {
                came = in.readAllBytes();
            } catch (IOException e) {
                continue;
            }
            assertThat(came).as("byte %d", at).isEqualTo(clear);
        }
        for (int length : new int[] {0, 50, 80, 32_768, stored - 1}) {
            way.changeNext(1, bytes -> Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> {
                        try (InputStream in = store.open("c/d/large")) {
                            assertThat(in.readAllBytes()).isEqualTo(clear);
                            throw new IOException("it was mended");
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void aForgedEmptyObjectIsNoObject() {
        store.put("c/m/empty", new byte[0]);
        byte[] sealed = way.resting("c/m/empty");
        way.rest("c/m/empty", Arrays.copyOf(sealed, SealedHeader.BYTES));

        assertThatThrownBy(() -> anew().get("c/m/empty")).isInstanceOf(DamagedObjectException.class);
        assertThatThrownBy(() -> anew().read("c/m/empty", 0, 0)).isInstanceOf(DamagedObjectException.class);
    }

    @Test
    void whatArrivesDamagedTwiceEachTimeOtherwiseIsNoDamageAtRest() {
        store.put("c/m/0", "sound where it rests".getBytes(US_ASCII));
        AtomicInteger at = new AtomicInteger(80);
        store.get("c/m/0");
        way.changeNext(2, bytes -> {
            bytes[at.getAndIncrement()] ^= 1;
            return bytes;
        });

        assertThatThrownBy(() -> store.get("c/m/0")).isInstanceOf(StoreUnavailableException.class);
    }

    @Test
    void aRangeCostsOneReadOnceTheHeaderIsKnown() {
        byte[] clear = large();
        store.put("c/d/large", clear);
        ObjectStore reader = anew();
        reader.read("c/d/large", 200_000, 10);
        int before = way.reads();

        for (int n = 0; n < 10; n++) {
            reader.read("c/d/large", 20_000L * n, 60_000);
        }

        assertThat(way.reads() - before).isEqualTo(10);
    }

    private static byte[] large() {
        byte[] clear = new byte[LARGE];
        new Random(5).nextBytes(clear);
        return clear;
    }
}
