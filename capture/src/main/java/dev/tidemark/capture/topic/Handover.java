package dev.tidemark.capture.topic;

import dev.tidemark.capture.Pause;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for revisions that only the captor before may still have: if the source has compacted where the topic ends, the
 * spool of a captor that has lost the group, but runs, is the last copy of what is missing. It is given time to write that
 * before it is fenced.
 */
final class Handover {
    private static final Logger LOG = LoggerFactory.getLogger(Handover.class);
    private static final Duration LOOK = Duration.ofMillis(500);

    private final Supplier<TopicTail.End> topic;
    private final ToLongFunction<TopicTail.End> reach;
    private final LongPredicate compacted;
    private final String instance;
    private final Duration patience;

    /**
     * @param topic reads the topic's end as it is now
     * @param reach up to which revision it reaches with what was written after that and not committed
     * @param compacted whether the source has compacted a revision away; false if it does not answer
     * @param instance this process's id: what it wrote itself nobody else continues
     */
    Handover(
            Supplier<TopicTail.End> topic,
            ToLongFunction<TopicTail.End> reach,
            LongPredicate compacted,
            String instance,
            Duration patience) {
        this.topic = topic;
        this.reach = reach;
        this.compacted = compacted;
        this.instance = instance;
        this.patience = patience;
    }

    /** Returns once the source can continue what stands in the topic, or nothing has helped. */
    void await(BooleanSupplier closed) {
        TopicTail.End end = topic.get();
        if (isContinued(end)) {
            return;
        }
        LOG.warn(
                "the source has compacted revision {}, where the topic ends: the captor before has {} s to write more",
                end.state().last(),
                patience.toSeconds());
        long deadline = System.nanoTime() + patience.toNanos();
        while (!isContinued(end) && System.nanoTime() - deadline < 0 && !closed.getAsBoolean()) {
            Pause.of(LOOK);
            end = topic.get();
        }
    }

    private boolean isContinued(TopicTail.End end) {
        long readable = end.state().last();
        if (end.writer().equals(instance) || (readable > 0 && !compacted.test(readable))) {
            return true;
        }
        // asked only now, as it costs time that a takeover does not have
        long reached = reach.applyAsLong(end);
        return reached == 0 || !compacted.test(reached);
    }
}
