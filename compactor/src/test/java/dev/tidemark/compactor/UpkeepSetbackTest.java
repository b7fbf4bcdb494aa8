package dev.tidemark.compactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.archive.level.Done;
import dev.tidemark.archive.level.Setbacks;
import dev.tidemark.archive.level.Upkeep;
import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.archive.store.StoreRefusedException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is made of levels and bases where one of them cannot be, or is there already. */
final class UpkeepSetbackTest {
    private static final CutPolicy SECOND = new CutPolicy(1_000, 2_000);

    @TempDir
    private Path directory;

    private Workbench bench;
    private MemoryStore checkpoints;
    private List<String> expected;
    private Instant now = Instant.EPOCH;

    @BeforeEach
    void fold() {
        bench = new Workbench(directory);
        checkpoints = new MemoryStore(InstantSource.system());
        bench.fold(Workbench.longLog(new Random(42), bench, checkpoints), SECOND, checkpoints);
        MemoryStore undisturbed = Workbench.copyOf(checkpoints, name -> true);
        bench.upkeep(undisturbed);
        expected = Workbench.mergedContents(undisturbed);
    }

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void aBaseThatCannotBeMadeKeepsNoLevelFromBeingMade() {
        Gate gate = new Gate(checkpoints).where("/synthetic/7f");
        Upkeep upkeep = bench.upkeepOf(gate, new Setbacks(() -> now));
        upkeep.refresh();
        gate.refuse();
        assertThatThrownBy(() -> all(upkeep)).isInstanceOf(StoreRefusedException.class);
        assertThat(Workbench.mergedContents(checkpoints))
                .isNotEmpty()
                .isEqualTo(expected.stream()
                        .filter(line -> !line.startsWith("base"))
                        .toList());
    }

    @Test
    void aPieceThatFailsIsNotTriedAgainBeforeItsTime() {
        Gate gate = new Gate(checkpoints).where("/2/7f");
        Upkeep upkeep = bench.upkeepOf(gate, new Setbacks(() -> now));
        upkeep.refresh();
        gate.refuse();
        assertThatThrownBy(() -> all(upkeep)).isInstanceOf(StoreRefusedException.class);
        int writes = gate.written().size();
        now = now.plus(Duration.ofSeconds(59));
        assertThat(all(upkeep)).isEmpty();
        assertThat(gate.written()).hasSize(writes);
        now = now.plus(Duration.ofSeconds(1));
        assertThatThrownBy(() -> all(upkeep)).isInstanceOf(StoreRefusedException.class);
        now = now.plus(Duration.ofSeconds(119));
        assertThat(all(upkeep)).isEmpty();

        gate.open();
        now = now.plus(Duration.ofSeconds(1));
        assertThat(all(upkeep)).isNotEmpty();
        assertThat(Workbench.mergedContents(checkpoints)).isEqualTo(expected);
    }

    @Test
    void forAPlaceThatIsTakenNothingIsUploaded() {
        // It knows the heads of all levels from before anything stood there.
        MemoryStore empty = new MemoryStore(InstantSource.system());
        TopicLog log = Workbench.longLog(new Random(42), bench, empty);
        bench.fold(log, SECOND, empty, 3);
        Gate gate = new Gate(empty);
        Upkeep upkeep = bench.upkeepOf(gate, new Setbacks(() -> now));
        upkeep.refresh();
        assertThat(all(upkeep)).isEmpty();
        bench.fold(log, SECOND, empty);
        bench.upkeep(empty);
        assertThat(Workbench.mergedContents(empty)).isEqualTo(expected);

        gate.written().clear();
        upkeep.refresh();
        List<Done> done = all(upkeep);
        assertThat(done).hasSameSizeAs(expected).allMatch(piece -> piece.writtenBytes() == 0);
        assertThat(gate.written()).isEmpty();
        assertThat(Workbench.mergedContents(empty)).isEqualTo(expected);
    }

    private static List<Done> all(Upkeep upkeep) {
        List<Done> all = new ArrayList<>();
        for (Optional<Done> done = upkeep.next(); done.isPresent(); done = upkeep.next()) {
            all.add(done.get());
        }
        return all;
    }
}
