package dev.tidemark.restorer.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.restorer.SampleArchive;
import dev.tidemark.restorer.SampleLog;
import dev.tidemark.restorer.verify.report.Finding;
import dev.tidemark.restorer.verify.report.VerifyLevel;
import dev.tidemark.restorer.verify.report.VerifyProgress;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.RevisionRange;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.roaringbitmap.RoaringBitmap;

/** What only level content can find: every byte is as its manifest says, and the manifest was wrong from the beginning. */
class ContentLevelTest {
    private static final Instant NOW = Instant.ofEpochMilli(SampleLog.capturedAt(100_000));
    private static final String MANIFEST = "/0/7fffffffffffffff";

    @TempDir
    private Path directory;

    private final List<Change> log = SampleLog.random(new Random(37), 150, 12);

    private SampleArchive archive() {
        return new SampleArchive(new MemoryStore(Clock.systemUTC()), directory, SampleArchive.SMALL)
                .claim()
                .open(0, 40, null)
                .base(log, 20, 40, List.of());
    }

    private List<Finding> found(SampleArchive archive, VerifyLevel level) {
        return new Verifier(archive.sources(NOW))
                .verify(new VerifyRequest(level, 1), VerifyProgress.NONE)
                .findings();
    }

    private void onlyContentFinds(SampleArchive archive, String problem) {
        archive.checkpoint(log, 130, List.of());
        assertThat(found(archive, VerifyLevel.BYTES)).isEmpty();
        assertThat(found(archive, VerifyLevel.CONTENT)).singleElement().satisfies(finding -> {
            assertThat(finding.object()).endsWith(MANIFEST);
            assertThat(finding.problem()).contains(problem);
            assertThat(finding.range()).contains(new RevisionRange(41, 130));
        });
    }

    /** The last revision's records are live, whatever else is. */
    private static UnaryOperator<List<RoaringBitmap>> inTheLast(UnaryOperator<RoaringBitmap> error) {
        return live -> {
            List<RoaringBitmap> wrong = new ArrayList<>(live);
            int last = live.size() - 1;
            wrong.set(last, error.apply(live.get(last).clone()));
            return wrong;
        };
    }

    @Test
    void aRecordThatIsNotLiveAnyMoreIsFoundInALiveSet() {
        onlyContentFinds(
                archive().checkpoint(log, 90, List.of(), inTheLast(live -> RoaringBitmap.flip(live, 0L, 5L)), d -> d),
                "records that are not their key's state");
    }

    @Test
    void aLiveSetThatLacksARecordIsFound() {
        onlyContentFinds(
                archive()
                        .checkpoint(
                                log,
                                90,
                                List.of(),
                                inTheLast(live -> {
                                    live.remove(live.first());
                                    return live;
                                }),
                                d -> d),
                "lacks 1 that are");
    }

    @Test
    void aDigestOfOtherContentIsFound() {
        onlyContentFinds(
                archive().checkpoint(log, 90, List.of(), live -> live, digest -> "00" + digest.substring(2)),
                "its content digest is 00");
    }

    @Test
    void aRevisionThatIsLeftOutIsFound() {
        List<Change> holed = log.stream().filter(change -> change.main() != 66).toList();
        SampleArchive archive = archive().checkpoint(holed, 90, List.of());
        onlyContentFinds(archive, "holds 67/0 after 65/");
    }

    @Test
    void aChangeThatIsLeftOutOfItsRevisionIsFound() {
        Change left = log.stream()
                .filter(change -> change.main() > 41 && change.main() < 90 && change.sub() == 1)
                .findFirst()
                .orElseThrow();
        long main = left.main();
        List<Change> holed = log.stream()
                .filter(change -> change.main() != main || change.sub() != 0)
                .toList();
        onlyContentFinds(archive().checkpoint(holed, 90, List.of()), "holds " + main + "/1 after " + (main - 1));
    }
}
