package dev.tidemark.cli.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.seal.Sealing;
import dev.tidemark.cli.check.LaxStore.Vice;
import dev.tidemark.schemas.Failure;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What {@code tidemark check} says of a store, and what it takes for lost answers. */
class StoreChecksTest {
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    @Test
    void aStoreThatLosesTheAnswersToCreationsIsUnavailableAndNotRefused() {
        LaxStore store = new LaxStore(Vice.LOSES_ANSWERS);
        Finding race = race(store);

        assertThat(race.failure()).as(race.toString()).contains(Failure.UNAVAILABLE);
        assertThat(race.detail()).contains("3 writers got no answer");
        assertThat(race.hint()).isNotEmpty();
        assertThat(store.size()).isZero();
    }

    @Test
    void aFewLostAnswersAreTriedAgainOnAFreshName() {
        LaxStore store = new LaxStore(Vice.LOSES_THE_FIRST_ANSWERS);

        assertThat(race(store))
                .isEqualTo(
                        Finding.ok("archive create-if-absent", "one of 8 writers of a name won, the others were told"));
        assertThat(store.size()).isZero();
    }

    @ParameterizedTest
    @EnumSource(
            value = Vice.class,
            names = {"IGNORES_THE_CONDITION", "LOSES_ANSWERS_AND_IGNORES_THE_CONDITION"})
    void aStoreThatIgnoresTheConditionIsRefusedWhetherOrNotItAnswersToAll(Vice vice) {
        LaxStore store = new LaxStore(vice);
        Finding race = race(store);

        assertThat(race.failure()).as(race.toString()).contains(Failure.REFUSED);
        assertThat(race.detail()).contains("does not honour If-None-Match");
        assertThat(store.size()).isZero();
    }

    private Finding race(LaxStore store) {
        Findings findings = new Findings();
        new StoreChecks(
                        () -> store,
                        () -> Optional.of(List.of()),
                        new SealingCheck(Sealing.of(List.of(), Sealing.Clear.REFUSE), "prod/", () -> store),
                        "01JDB3Z6V5KQ8S5G4N7T2R9WXY",
                        threads)
                .run(findings);
        return findings.of("archive create-if-absent").orElseThrow();
    }
}
