package dev.tidemark.capture.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.topic.TopicEvent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TailStateTest {
    private final TailState state = new TailState();

    @Test
    void aFreshGenerationStandsAtItsBase() {
        state.opened(new TopicEvent.GenerationOpened("g", "prod", 7, "3.6.16", 500, 10, null));
        assertThat(state.generation()).isEqualTo("g");
        assertThat(state.last()).isEqualTo(500);
        assertThat(state.isBaseReady()).isFalse();
        assertThat(state.isEnough()).isTrue();
    }

    @Test
    void revisionsMoveThePositionAndFillTheOverlap() {
        revisions("g", 601, 720, 5_000);
        assertThat(state.last()).isEqualTo(720);
        assertThat(state.lastCapturedAt()).isEqualTo(5_000);
        assertThat(state.overlap().first()).hasValue(621);
        assertThat(state.isEnough()).isTrue();
    }

    @Test
    void tooFewRevisionsAskForMore() {
        revisions("g", 601, 650, 5_000);
        assertThat(state.isEnough()).isFalse();
    }

    @Test
    void ticksAloneTellTheGenerationAndNoPosition() {
        state.tick(new TopicEvent.Tick("g", 5));
        assertThat(state.generation()).isEqualTo("g");
        assertThat(state.last()).isZero();
    }

    @Test
    void progressTellsThePositionAndItsTime() {
        state.progress(new TopicEvent.Progress("g", 44, 5));
        assertThat(state.last()).isEqualTo(44);
        assertThat(state.provenAt()).isEqualTo(5);
    }

    @Test
    void anotherGenerationForgetsTheOneBefore() {
        revisions("g", 2, 200, 5_000);
        state.baseReady(new TopicEvent.BaseReady("g", 1, "d", "s"));
        assertThat(state.isBaseReady()).isTrue();
        state.opened(new TopicEvent.GenerationOpened("h", "prod", 7, "3.6.16", 900, 10, null));
        assertThat(state.last()).isEqualTo(900);
        assertThat(state.isBaseReady()).isFalse();
        assertThat(state.overlap().first()).isEmpty();
        assertThat(state.lastCapturedAt()).isZero();
    }

    @Test
    void nothingCountsAfterARecordThatIsNoneOfOursUntilTheNextGeneration() {
        revisions("g", 2, 200, 5_000);
        state.damaged("the record at offset 7 is empty");
        revisions("g", 201, 300, 6_000);
        state.progress(new TopicEvent.Progress("g", 300, 6_000));
        assertThat(state.damage()).hasValue("the record at offset 7 is empty");
        assertThat(state.last()).isEqualTo(200);

        state.opened(new TopicEvent.GenerationOpened("h", "prod", 7, "3.6.16", 900, 10, null));
        assertThat(state.damage()).isEmpty();
        assertThat(state.last()).isEqualTo(900);
    }

    private void revisions(String generation, long first, long last, long at) {
        List<Change> changes = new ArrayList<>();
        for (long main = first; main <= last; main++) {
            changes.add(Change.delete(main, 0, new byte[] {1}, at, at));
        }
        state.revisions(new TopicEvent.Revisions(generation, new RevisionRange(first, last), List.of(), changes, 1));
    }
}
