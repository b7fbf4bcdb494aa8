package dev.tidemark.restorer.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.restorer.SampleArchive;
import dev.tidemark.restorer.SampleLog;
import dev.tidemark.restorer.TestFiles;
import dev.tidemark.restorer.restore.Restorer;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.schemas.Change;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;

/** What a time means when the clock that stamped the revisions was wrong: never the wrong side without a word. */
class TimeLawTest {
    private static final long AHEAD = 600_000;
    private static final int REVISIONS = 80;

    private Path directory;

    @BeforeProperty
    void makeDirectory() throws Exception {
        directory = Files.createTempDirectory("time-law");
    }

    @AfterProperty
    void dropDirectory() {
        TestFiles.delete(directory);
    }

    @Property(tries = 40)
    void aTimeNamesOnlyWhatWasSurelyCommittedAndDoubtsAllElseThatMayHaveBeen(@ForAll long seed) {
        Random random = new Random(seed);
        Map<Long, Long> committedAt = new HashMap<>();
        List<Change> log = stamped(random, committedAt);
        long last = SampleLog.last(log);
        MemoryStore store = new MemoryStore(Clock.systemUTC());
        SampleArchive archive = new SampleArchive(store, directory, SampleArchive.SMALL)
                .open(0, 2, null)
                .base(log, 2, 2, List.of());
        for (long at = 2; at < last; ) {
            at = Math.min(last, at + 1 + random.nextInt(12));
            archive.checkpoint(log, at, List.of());
        }
        Map<Long, Change> byRevision = new HashMap<>();
        log.forEach(change -> byRevision.put(change.main(), change));
        long begin = SampleLog.capturedAt(2);
        long end = byRevision.get(last).capturedAtMillis();
        Restorer restorer = new Restorer(archive.sources(Instant.ofEpochMilli(end + 1)));
        for (int i = 0; i < 40; i++) {
            long time = random.nextLong(begin, end);
            RestorePlan plan = restorer.plan(Target.time(Instant.ofEpochMilli(time)));
            long sure = plan.revision();
            if (sure > 2) {
                assertThat(committedAt.get(sure))
                        .as("revision %d by %d", sure, time)
                        .isLessThanOrEqualTo(time);
            }
            long doubted = plan.doubt().map(Doubt::last).orElse(sure);
            for (long r = 3; r <= last; r++) {
                if (committedAt.get(r) < time) {
                    assertThat(r)
                            .as("committed by %d, seed %d", time, seed)
                            .isLessThanOrEqualTo(Math.max(doubted, sure));
                }
            }
        }
    }

    /** A clock that runs ahead for a while and is set right later: capturedAt stands still until time has caught up. */
    private static List<Change> stamped(Random random, Map<Long, Long> committedAt) {
        List<Change> stamped = new ArrayList<>();
        long aheadFrom = 3L + random.nextInt(REVISIONS / 2);
        long aheadTo = aheadFrom + random.nextInt(REVISIONS / 2);
        long capturedAt = 0;
        long before = SampleLog.capturedAt(2);
        long main = 0;
        long now = before;
        for (Change change : SampleLog.random(random, REVISIONS, 12)) {
            if (change.main() != main) {
                main = change.main();
                before = now;
                now = main <= 2 ? now : now + 1 + random.nextInt(30_000);
                committedAt.put(main, now);
            }
            long error = aheadFrom <= main && main < aheadTo ? AHEAD : 0;
            capturedAt = Math.max(capturedAt, now + error + 10);
            stamped.add(change.withTimes(capturedAt, before));
        }
        return stamped;
    }
}
