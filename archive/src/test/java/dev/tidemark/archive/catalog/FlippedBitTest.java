package dev.tidemark.archive.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.segment.LiveSets;
import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.avro.GenerationHeader;
import dev.tidemark.schemas.avro.LiveSet;
import dev.tidemark.schemas.avro.Member;
import dev.tidemark.schemas.avro.SegmentRef;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.roaringbitmap.RoaringBitmap;

/**
 * One flipped bit in an object is refused by the object's name, whoever reads it: the kinds that a small archive does not
 * have, or that no restore reads. Those that a restore reads are damaged where it is tested; segments and indexes bit by
 * bit beside their codec.
 */
class FlippedBitTest {
    private static final int SAMPLES = 500;

    @TempDir
    Path directory;

    private final MemoryStore store = new MemoryStore(InstantSource.system());
    private final ClusterArchive archive = new ClusterArchive(store, Examples.CLUSTER, Examples.noPatience());
    private final Random random = new Random(3);

    @Test
    void inAClaim() {
        archive.claim(Examples.TOPIC_ID, 3);
        String name = ArchiveLayout.claim(Examples.TOPIC_ID, 3);
        assertEveryBitRefused(name, () -> archive.claim(Examples.TOPIC_ID, 3));
    }

    @Test
    void inABasesDescriptor() {
        GenerationWriter writer = archive.openGeneration(Examples.generation(Examples.FANOUT));
        UploadedBase base = Examples.uploaded(archive, Examples.base(100, 90));
        assertEveryBitRefused(
                archive.root() + base.descriptor(), () -> writer.commitBase(base.descriptor(), base.sha256()));
        assertThat(archive.catalog().newest().orElseThrow().hasBase()).isTrue();
    }

    @Test
    void inTheSchemaOfAnotherVersionsObjects() throws IOException {
        GenerationHeader header =
                archive.openGeneration(Examples.generation(64)).header();
        Schema newer = FormatVersionsTest.newerSchema();
        String newest = archive.root() + ArchiveLayout.header(0);
        replace(newest, FormatVersionsTest.writtenByANewerVersion(header));
        String name = archive.root() + ArchiveLayout.schema(SchemaNormalization.parsingFingerprint64(newer));
        store.put(name, SchemaNormalization.toParsingForm(newer).getBytes(UTF_8));
        // each time by a process that has not read it before
        assertEveryBitRefused(name, () -> new ClusterArchive(store, Examples.CLUSTER, Examples.noPatience()).catalog());
    }

    @Test
    void inTheLiveSetsOfALargeBase() throws IOException {
        RoaringBitmap scattered = new RoaringBitmap();
        random.ints(60_000, 0, 100_000_000).forEach(scattered::add);
        BaseDraft draft = new BaseDraft(
                Examples.GENERATION,
                new BaseDraft.Source("dd".repeat(32), 4096, "3.6.16", "http://127.0.0.1:2379", 42),
                120,
                110,
                Examples.time(100),
                List.of(Examples.segment(directory, "a", 101, 105)),
                List.of(scattered),
                List.of(scattered),
                List.of(),
                "ff".repeat(32));
        UploadedBase base = archive.uploader(() -> "TRY").upload(draft);
        Member member = archive.manifests()
                .descriptor(base.descriptor(), archive.manifests().get(base.descriptor()))
                .getMembers()
                .get(0);
        SegmentRef large = Examples.ofRecords(member.getSegment(), 100_000_000);
        for (LiveSet set : List.of(member.getLive(), member.getLiveAtCompaction())) {
            String name = archive.root() + set.getObject().getName();
            int bits = store.get(name).length * Byte.SIZE;
            assertBitsRefused(
                    name,
                    () -> LiveSets.read(set, large, store, archive.root(), "base"),
                    IntStream.concat(IntStream.of(0, bits - 1), random.ints(SAMPLES, 0, bits)));
        }
        assertThat(member.getLive().getObject().getName()).endsWith(".live");
        assertThat(member.getLiveAtCompaction().getObject().getName()).endsWith(".livec");
    }

    private void assertEveryBitRefused(String name, Runnable reader) {
        assertBitsRefused(name, reader, IntStream.range(0, store.get(name).length * Byte.SIZE));
    }

    /** Refuses each, and takes the whole one afterwards. */
    private void assertBitsRefused(String name, Runnable reader, IntStream bits) {
        byte[] whole = store.get(name);
        bits.forEach(bit -> {
            byte[] damaged = whole.clone();
            damaged[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            replace(name, damaged);
            DamagedObjectException refused = catchThrowableOfType(DamagedObjectException.class, reader::run);
            assertThat(refused).as("bit " + bit + " of " + name).isNotNull();
            assertThat(refused.object()).as("bit " + bit).isEqualTo(name);
            assertThat(refused.failure()).isEqualTo(Failure.VERIFICATION);
        });
        replace(name, whole);
        reader.run();
    }

    private void replace(String name, byte[] bytes) {
        store.delete(name);
        store.put(name, bytes);
    }
}
