package dev.tidemark.restorer.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.archive.catalog.GenerationCatalog;
import dev.tidemark.archive.retention.Expiry;
import dev.tidemark.archive.retention.RetentionPolicy;
import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.restorer.SampleArchive;
import dev.tidemark.restorer.SampleLog;
import dev.tidemark.restorer.SlowStore;
import dev.tidemark.restorer.verify.Verifier;
import dev.tidemark.restorer.verify.VerifyRequest;
import dev.tidemark.restorer.verify.report.VerifyLevel;
import dev.tidemark.restorer.verify.report.VerifyProgress;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.SideRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A compactor stands still right before it commits a synthetic base, with a side state that was told late in its hands;
 * meanwhile a later one is told, and retention goes on, for days.
 */
class SideStatePauseTest {
    private static final Duration GRACE = Duration.ofHours(1);
    private static final int LAST = 100;

    @TempDir
    private Path directory;

    private Instant storeTime = Instant.ofEpochMilli(SampleLog.capturedAt(1));
    private final MemoryStore store = new MemoryStore(() -> storeTime);
    private final SlowStore slow = new SlowStore(store);
    private final List<Change> log = SampleLog.random(new Random(61), LAST, 9);
    private SampleArchive archive;
    private long written = 2;
    private long attempts;

    /** What a side state comes with. */
    private enum Told {
        BY_ITSELF,
        WITH_A_BASE
    }

    @BeforeEach
    void build() {
        archive = new SampleArchive(slow, directory, SampleArchive.SMALL)
                .claim()
                .open(0, 2, null)
                .base(log, 1, 2, side(1));
        while (catalog().syntheticHead().isEmpty()) {
            write();
            archive.upkeep();
        }
    }

    private static List<SideRecord> side(int user) {
        return List.of(SideStateTest.user("user" + user));
    }

    private GenerationCatalog catalog() {
        return archive.archive().catalog().newest().orElseThrow();
    }

    private void write() {
        written += 2;
        archive.checkpoint(log, written, List.of());
    }

    @ParameterizedTest
    @EnumSource(Told.class)
    void whatItNamesIsStillThereWhenItGoesOn(Told told) {
        long based = catalog().syntheticHead().orElseThrow().getLast();
        tell(told, based - 3, 2);
        pauseBeforeTheNextBase();
        tell(told, based - 1, 3);
        storeTime = Instant.ofEpochMilli(SampleLog.capturedAt(LAST)).plus(Duration.ofDays(3));
        for (int run = 0; run < 4; run++) {
            expire();
            storeTime = storeTime.plus(GRACE).plusSeconds(1);
        }
        assertThat(archive.archive().retention().newest().orElseThrow().getGenerations())
                .as("something was given up")
                .isNotEmpty();
        slow.resume();

        assertThat(new Verifier(archive.sources(storeTime))
                        .verify(new VerifyRequest(VerifyLevel.CONTENT, 1), VerifyProgress.NONE)
                        .findings())
                .isEmpty();
        BaseManifest next = catalog().synthetic(Long.MAX_VALUE - 1).orElseThrow();
        assertThat(next.getBase().getRevision()).isGreaterThan(based);
        assertThat(next.getSynthesis().getSide().getRevision()).isEqualTo(based - 3);
        assertThat(archive.archive().readSide(next.getBase().getSide())).containsKey("authUsers");
    }

    private void tell(Told told, long revision, int user) {
        switch (told) {
            case BY_ITSELF -> archive.side(revision, side(user));
            case WITH_A_BASE -> archive.base(log, revision - 1, revision, side(user));
        }
    }

    private void pauseBeforeTheNextBase() {
        slow.pauseAt(name -> name.contains("/synthetic/"));
        assertThatThrownBy(() -> {
                    while (true) {
                        write();
                        archive.upkeep();
                    }
                })
                .isInstanceOf(SlowStore.Gone.class);
        slow.heal();
    }

    private void expire() {
        RetentionPolicy policy = new RetentionPolicy(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, GRACE);
        Expiry.prepare(
                        archive.archive(),
                        policy,
                        Expiry.Promise.KEPT,
                        () -> String.format("01JDB50M8H3D0V6E1C9A%06d", ++attempts),
                        () -> storeTime)
                .run();
    }
}
