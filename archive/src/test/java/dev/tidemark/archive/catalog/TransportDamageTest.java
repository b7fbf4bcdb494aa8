package dev.tidemark.archive.catalog;

import static dev.tidemark.archive.catalog.Examples.BASE;
import static dev.tidemark.archive.catalog.Examples.CLUSTER;
import static dev.tidemark.archive.catalog.Examples.FANOUT;
import static dev.tidemark.archive.catalog.Examples.GENERATION;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.schemas.RevisionRange;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A bit that flips on its way from a sound store changes nothing: not what is read, and not what is written. */
class TransportDamageTest {
    private static final int TRIES = 20;

    @Test
    void whicheverAnswerArrivesDamagedWhatIsWrittenIsTheSame() {
        List<String> expected = written(new DamagingStore(memory(), -1, new Random(0)));
        int damaged = 0;
        boolean more = true;
        for (int which = 0; more; which++) {
            more = false;
            for (int seed = 0; seed < TRIES; seed++) {
                DamagingStore line = new DamagingStore(memory(), which, new Random(seed));
                assertThat(written(line)).as("answer %d, seed %d", which, seed).isEqualTo(expected);
                more |= line.hasDamaged();
                damaged += line.hasDamaged() ? 1 : 0;
            }
        }
        assertThat(damaged).isGreaterThan(20 * TRIES);
    }

    @Test
    void whicheverAnswerArrivesDamagedWhatIsReadIsTheSame() {
        MemoryStore store = memory();
        written(store);
        List<String> expected = read(store);
        int damaged = 0;
        boolean more = true;
        for (int which = 0; more; which++) {
            more = false;
            for (int seed = 0; seed < TRIES; seed++) {
                DamagingStore line = new DamagingStore(store, which, new Random(seed));
                assertThat(read(line)).as("answer %d, seed %d", which, seed).isEqualTo(expected);
                more |= line.hasDamaged();
                damaged += line.hasDamaged() ? 1 : 0;
            }
        }
        assertThat(damaged).isGreaterThan(8 * TRIES);
    }

    /** Writes a little of everything, each time by a process that knows nothing; returns what stands there then. */
    private static List<String> written(ObjectStore store) {
        ClusterArchive first = archive(store);
        first.claim(Examples.TOPIC_ID, 3);
        GenerationWriter writer = first.openGeneration(Examples.generation(FANOUT));
        UploadedBase base = Examples.uploaded(first, Examples.base(BASE, 90));
        writer.commitBase(base.descriptor(), base.sha256());
        writer.commitSide(Examples.side(first, BASE + 2, 7, "root"));
        for (int n = 0; n < 4; n++) {
            ClusterArchive next = archive(store);
            GenerationWriter resumed = next.resume(GENERATION).orElseThrow();
            long from = resumed.nextRevision();
            assertThat(resumed.commit(Examples.draft(from, from + 9))).isInstanceOf(CommitResult.Committed.class);
            next.claim(Examples.TOPIC_ID, 3);
        }
        return read(store);
    }

    private static List<String> read(ObjectStore store) {
        ClusterArchive archive = archive(store);
        GenerationCatalog generation = archive.catalog().newest().orElseThrow();
        List<String> all = new ArrayList<>();
        all.add(generation.header().toString());
        generation.bases().forEach(base -> all.add(base.toString()));
        generation.checkpoints(new RevisionRange(1, 1_000)).forEach(checkpoint -> all.add(checkpoint.toString()));
        all.add(archive.readSide(
                        generation.side(BASE + 5).orElseThrow().getSide().getObject())
                .toString());
        return all;
    }

    private static ClusterArchive archive(ObjectStore store) {
        return new ClusterArchive(store, CLUSTER, Examples.patience(5));
    }

    private static MemoryStore memory() {
        return new MemoryStore(InstantSource.fixed(Instant.EPOCH));
    }
}
