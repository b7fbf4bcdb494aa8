package dev.tidemark.capture.topic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.capture.generation.TailState;
import dev.tidemark.schemas.topic.TopicEvent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class HandoverTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration SHORT = Duration.ofMillis(200);

    private final Deque<TopicTail.End> reads = new ArrayDeque<>();
    private int read;

    @Test
    void aSourceThatStillHasWhatFollowsIsNotWaitedFor() {
        topic(at(100, "before"));
        handover(100, LONG).await(() -> false);
        assertThat(read).isOne();
    }

    @Test
    void aTopicThatMovesBeyondTheCompactionIsContinued() {
        topic(at(100, "before"), at(100, "before"), at(200, "before"), at(300, "before"));
        handover(200, LONG).await(() -> false);
        assertThat(read).isEqualTo(3);
    }

    @Test
    void nothingIsWaitedForForEver() {
        topic(at(100, "before"));
        handover(200, SHORT).await(() -> false);
        assertThat(read).isGreaterThan(1);
    }

    @Test
    void whatThisProcessWroteItselfNobodyElseContinues() {
        topic(at(100, "self"));
        handover(200, LONG).await(() -> false);
        assertThat(read).isOne();
    }

    @Test
    void anEmptyTopicIsNotWaitedFor() {
        topic(new TopicTail.End(new TailState(), 0, 0, ""));
        handover(200, LONG).await(() -> false);
        assertThat(read).isOne();
    }

    @Test
    void aCloseEndsTheWait() {
        topic(at(100, "before"));
        handover(200, LONG).await(() -> read > 1);
        assertThat(read).isEqualTo(2);
    }

    private void topic(TopicTail.End... ends) {
        reads.addAll(List.of(ends));
    }

    private Handover handover(long compactRevision, Duration patience) {
        return new Handover(
                this::next, end -> end.state().last(), revision -> revision < compactRevision, "self", patience);
    }

    private TopicTail.End next() {
        read++;
        return reads.size() > 1 ? reads.removeFirst() : reads.getFirst();
    }

    private static TopicTail.End at(long revision, String writer) {
        TailState state = new TailState();
        state.progress(new TopicEvent.Progress("generation", revision, 1));
        return new TopicTail.End(state, 1, 1, writer);
    }
}
