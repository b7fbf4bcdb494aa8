package dev.tidemark.restorer.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.restorer.SampleArchive;
import dev.tidemark.restorer.SampleLog;
import dev.tidemark.restorer.plan.UnreachableTargetException;
import dev.tidemark.restorer.restore.RestoreProgress;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.restorer.verify.report.VerifyProgress;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.avro.DrillRun;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a drill meets in an archive that is damaged is its result; that a moment cannot be reached is not. */
class DrillOfDamagedArchiveTest {
    private static final Instant NOW = Instant.ofEpochMilli(SampleLog.capturedAt(10_000));

    @TempDir
    private Path directory;

    private final MemoryStore store = new MemoryStore(Clock.systemUTC());
    private SampleArchive sample;

    /** An etcd for restores that never come. */
    private static final EtcdBoot NEVER = new EtcdBoot() {
        @Override
        public void require() {}

        @Override
        public Booted boot(Path snapshot) {
            throw new AssertionError("something was restored: " + snapshot);
        }
    };

    @BeforeEach
    void fill() {
        List<Change> log = SampleLog.random(new Random(5), 60, 15);
        sample = new SampleArchive(store, directory, SampleArchive.SMALL)
                .claim()
                .open(0, 40, null)
                .base(log, 20, 40, List.of())
                .checkpoint(log, 60, List.of());
    }

    private DrillReport drill(Target target) {
        return new Drill(sample.sources(NOW), Optional.empty(), NEVER)
                .run(target, VerifyProgress.NONE, RestoreProgress.NONE);
    }

    @Test
    void aRestoreThatIsRefusedIsADifferenceWithItsHintAndRecorded() {
        for (ObjectInfo object : store.list("", "", 1_000)) {
            if (object.name().endsWith(".idx")) {
                store.delete(object.name());
                store.put(object.name(), "damaged".getBytes(StandardCharsets.UTF_8));
            }
        }

        DrillReport report = drill(Target.latest());

        assertThat(report.ok()).isFalse();
        assertThat(report.restored()).isFalse();
        assertThat(report.difference())
                .startsWith("the restore was refused: ")
                .contains(".idx")
                .contains("(hint: ");
        DrillRun recorded = sample.archive().runs().newestDrill().orElseThrow();
        assertThat(recorded.getOk()).isFalse();
        assertThat(recorded.getNote()).isEqualTo(report.difference());
    }

    @Test
    void aMomentThatCannotBeReachedIsNoDamageAndNotRecorded() {
        assertThatThrownBy(() -> drill(Target.parse("999", Clock.systemUTC())))
                .isInstanceOf(UnreachableTargetException.class);
        assertThat(sample.archive().runs().newestDrill()).isEmpty();
    }
}
