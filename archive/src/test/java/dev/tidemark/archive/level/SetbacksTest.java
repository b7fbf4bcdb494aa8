package dev.tidemark.archive.level;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When what failed is tried again. */
class SetbacksTest {
    private Instant now = Instant.EPOCH;
    private final Setbacks setbacks = new Setbacks(() -> now);

    @Test
    void theSamePieceRestsTwiceAsLongEachTimeUpToAnHour() {
        List<Long> minutes = new ArrayList<>();
        for (int times = 0; times < 9; times++) {
            setbacks.failed("G", "base", 3, new IllegalStateException("no"));
            Instant again = setbacks.next().orElseThrow().again();
            minutes.add(Duration.between(now, again).toMinutes());
            now = again.minusMillis(1);
            assertThat(setbacks.isResting("G", "base", 3)).isTrue();
            now = again;
            assertThat(setbacks.isResting("G", "base", 3)).isFalse();
        }
        assertThat(minutes).containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L, 60L);
    }

    @Test
    void otherPiecesDoNotRest() {
        setbacks.failed("G", "base", 3, new IllegalStateException("no"));
        assertThat(setbacks.isResting("G", "base", 4)).isFalse();
        assertThat(setbacks.isResting("G", "level 1", 3)).isFalse();
        assertThat(setbacks.isResting("H", "base", 3)).isFalse();
    }

    @Test
    void theNextPieceOfAKindBeginsWithAShortRest() {
        setbacks.failed("G", "base", 3, new IllegalStateException("no"));
        setbacks.failed("G", "base", 3, new IllegalStateException("no"));
        setbacks.failed("G", "base", 4, new IllegalStateException("no"));
        assertThat(setbacks.next().orElseThrow().pause()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void whereNothingOfAGenerationCanBeDoneThatIsTheOneSetbackLeft() {
        setbacks.failed("G", "base", 3, new IllegalStateException("no"));
        setbacks.failed("G", new IllegalStateException("not even the header"));
        assertThat(setbacks.oldest().orElseThrow())
                .hasToString(setbacks.next().orElseThrow().toString());
        assertThat(setbacks.oldest().orElseThrow().toString()).contains("not even the header");
        setbacks.over("G");
        assertThat(setbacks.next()).isEmpty();
    }

    @Test
    void theFailureOfAPieceIsNotOneOfTheWholeGeneration() {
        IllegalStateException why = new IllegalStateException("no");
        setbacks.failed("G", "base", 3, why);
        setbacks.failed("G", why);
        setbacks.over("G");
        assertThat(setbacks.next().orElseThrow().what()).isEqualTo("base");
        setbacks.forget("G");
        assertThat(setbacks.next()).isEmpty();
    }
}
