package dev.tidemark.restorer.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.archive.segment.SegmentLimits;
import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.restorer.SampleArchive;
import dev.tidemark.restorer.SampleLog;
import dev.tidemark.restorer.past.PastReader;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.restorer.verify.report.VerifyLevel;
import dev.tidemark.restorer.verify.report.VerifyProgress;
import dev.tidemark.restorer.verify.report.VerifyReport;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.TidemarkException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Live sets that are objects of their own: a base of one segment with so many records that they don't fit its manifest. */
class LiveSetDamageIT {
    private static final int RECORDS = 620_000;
    private static final long COMPACTED = RECORDS + 1;
    private static final long REVISION = COMPACTED + 10;
    private static final Instant NOW = Instant.ofEpochMilli(SampleLog.capturedAt(10_000_000));

    @TempDir
    private Path directory;

    private MemoryStore store;
    private SampleArchive archive;

    @BeforeEach
    void build() {
        store = new MemoryStore(Clock.systemUTC());
        archive = new SampleArchive(store, directory, new SegmentLimits(64 << 10, 64L << 20, 1 << 20, 256));
        archive.claim().open(0, REVISION, null).leftovers(log(), COMPACTED, REVISION);
    }

    /** Every second record or so is superseded by the next of its key, in no regular way. */
    private static List<Change> log() {
        Random random = new Random(29);
        List<Change> log = new ArrayList<>();
        byte[] hot = "hot".getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < RECORDS + 10; i++) {
            long main = i + 2L;
            // the hot key is superseded once more behind the compaction: so the two live sets differ
            boolean isHot = i < RECORDS - 1 ? random.nextBoolean() : i == RECORDS + 5;
            byte[] key = isHot ? hot : key(i);
            log.add(Change.put(main, 0, key, key, main, 1, 0, SampleLog.capturedAt(main), 0));
        }
        return log;
    }

    private static byte[] key(int i) {
        return ("key-" + i).getBytes(StandardCharsets.US_ASCII);
    }

    private VerifyReport verify(VerifyLevel level) {
        return new Verifier(archive.sources(NOW)).verify(new VerifyRequest(level, 1), VerifyProgress.NONE);
    }

    private String nameOf(String ending) {
        return store.list("", "", 1_000).stream()
                .map(ObjectInfo::name)
                .filter(name -> name.endsWith(ending))
                .findFirst()
                .orElseThrow();
    }

    private int keysAt(long revision) {
        return new PastReader(archive.sources(NOW))
                .get(key(RECORDS - 1), Target.revision(revision))
                .records()
                .size();
    }

    @Test
    void aLiveSetThatIsDamagedMissingOrAnothersIsNamedAndOnlyItsRevisionsAreRefused() {
        assertThat(verify(VerifyLevel.CONTENT).findings()).isEmpty();
        String live = nameOf(".live");
        String before = nameOf(".livec");
        damage(live, before, new RevisionRange(REVISION, REVISION), COMPACTED);
        damage(before, live, new RevisionRange(COMPACTED, REVISION - 1), REVISION);
    }

    private void damage(String name, String other, RevisionRange endangered, long unaffected) {
        byte[] good = store.get(name);
        byte[] flipped = good.clone();
        flipped[good.length / 2] ^= 4;
        for (byte[] bad : List.of(flipped, Arrays.copyOf(good, good.length - 9), store.get(other), new byte[0])) {
            store.delete(name);
            if (bad.length > 0) {
                store.put(name, bad);
            }
            for (VerifyLevel level : List.of(VerifyLevel.BYTES, VerifyLevel.CONTENT)) {
                assertThat(verify(level).findings()).as(name).singleElement().satisfies(finding -> {
                    assertThat(finding.object()).isEqualTo(name);
                    assertThat(finding.range()).contains(endangered);
                });
            }
            assertThat(keysAt(unaffected)).isOne();
            long refused = unaffected == COMPACTED ? REVISION : COMPACTED;
            assertThatThrownBy(() -> keysAt(refused))
                    .isInstanceOfSatisfying(TidemarkException.class, e -> assertThat(e.failure())
                            .isEqualTo(Failure.VERIFICATION))
                    .hasMessageContaining(name);
        }
        store.delete(name);
        store.put(name, good);
    }
}
