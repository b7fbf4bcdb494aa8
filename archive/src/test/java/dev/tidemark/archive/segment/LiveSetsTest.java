package dev.tidemark.archive.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.schemas.avro.LiveSet;
import dev.tidemark.schemas.avro.ObjectRef;
import dev.tidemark.schemas.avro.SegmentRef;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.roaringbitmap.RoaringBitmap;

/** Live sets come back as they were, from the manifest or from an object. */
class LiveSetsTest {
    private final Objects objects = new Objects();

    @Test
    void smallSetsStandInTheManifest() {
        for (RoaringBitmap set : new RoaringBitmap[] {
            new RoaringBitmap(), RoaringBitmap.bitmapOf(0), RoaringBitmap.bitmapOfRange(0, 262_144), random(262_144)
        }) {
            LiveSet written = LiveSets.write(set, LiveSets.INLINE_BYTES, bytes -> {
                throw new AssertionError("too large to be inlined");
            });
            assertThat(written.getObject()).isNull();
            assertThat(read(written)).isEqualTo(set);
            assertThat(read(written)).isEqualTo(set);
        }
    }

    @Test
    void largeSetsBecomeObjectsThatAreChecked() {
        RoaringBitmap set = random(2_000_000);
        LiveSet written = LiveSets.write(set, LiveSets.INLINE_BYTES, bytes -> {
            objects.put("root/big", bytes);
            return new ObjectRef("big", (long) bytes.length, Checksums.sha256Hex(bytes));
        });
        assertThat(written.getInlined()).isNull();
        assertThat(read(written)).isEqualTo(set);
        byte[] damaged = objects.bytes("root/big").clone();
        damaged[damaged.length / 2] ^= 1;
        objects.put("root/big", damaged);
        assertThatThrownBy(() -> read(written))
                .isInstanceOf(DamagedObjectException.class)
                .hasMessageContaining("root/big")
                .hasMessageContaining("the manifest");
    }

    @Test
    void whatIsNoBitmapIsRefused() {
        LiveSet none = new LiveSet(0L, null, null);
        LiveSet noise = new LiveSet(3L, ByteBuffer.wrap(new byte[] {1, 2, 3}), null);
        LiveSet wrongCount = new LiveSet(
                5L,
                LiveSets.write(RoaringBitmap.bitmapOf(1), LiveSets.INLINE_BYTES, b -> null)
                        .getInlined(),
                null);
        for (LiveSet set : new LiveSet[] {none, noise, wrongCount}) {
            assertThatThrownBy(() -> read(set))
                    .isInstanceOf(DamagedObjectException.class)
                    .hasMessageStartingWith("the manifest");
        }
    }

    @Test
    void recordsThatTheSegmentDoesNotHaveMakeTheManifestWrong() {
        for (RoaringBitmap set : new RoaringBitmap[] {RoaringBitmap.bitmapOf(0, 5), RoaringBitmap.bitmapOf(1, -1)}) {
            LiveSet written = LiveSets.write(set, LiveSets.INLINE_BYTES, bytes -> null);
            assertThatThrownBy(() -> read(written, 5))
                    .isInstanceOf(DamagedObjectException.class)
                    .hasMessageStartingWith("the manifest: ")
                    .hasMessageContaining("n.avro")
                    .hasMessageContaining("there are 5");
        }
        assertThat(read(LiveSets.write(RoaringBitmap.bitmapOf(0, 4), LiveSets.INLINE_BYTES, bytes -> null), 5)
                        .getCardinality())
                .isEqualTo(2);
    }

    private RoaringBitmap read(LiveSet set) {
        return read(set, 2_000_000);
    }

    private RoaringBitmap read(LiveSet set, long records) {
        ObjectRef file = new ObjectRef("n.avro", 1L, "");
        SegmentRef segment = new SegmentRef(file, file, "", records, 1L, 0L, 1L, 0L, 0L, 0L);
        return LiveSets.read(set, segment, objects.store(), "root/", "the manifest");
    }

    private static RoaringBitmap random(int bits) {
        Random random = new Random(9);
        RoaringBitmap set = new RoaringBitmap();
        for (int i = 0; i < bits; i++) {
            if (random.nextBoolean()) {
                set.add(i);
            }
        }
        return set;
    }
}
