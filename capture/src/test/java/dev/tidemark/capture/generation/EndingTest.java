package dev.tidemark.capture.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.schemas.topic.GenerationEnd;
import org.junit.jupiter.api.Test;

class EndingTest {
    @Test
    void theHoleIsWhatNeitherTheOldNorTheNewGenerationHolds() {
        GenerationEnd end = new Ending("g", 41, GenerationEnd.Cause.COMPACTED, "late").before(100);
        assertThat(end.holeFirst()).isEqualTo(42);
        assertThat(end.holeLast()).isEqualTo(99);
    }

    @Test
    void withoutAGapThereIsNoHole() {
        GenerationEnd end = new Ending("g", 41, GenerationEnd.Cause.TOPIC_LOST, "gone").before(42);
        assertThat(end.holeFirst()).isZero();
        assertThat(end.holeLast()).isZero();
    }

    @Test
    void whatIsMissingOfAnotherHistoryNobodyKnows() {
        GenerationEnd end = new Ending("g", 41, GenerationEnd.Cause.SOURCE_REPLACED, "restored").before(100);
        assertThat(end.holeFirst()).isZero();
    }
}
