package dev.tidemark.capture.topic;

import dev.tidemark.capture.CaptureException;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.capture.Pause;
import dev.tidemark.capture.generation.Resume;
import dev.tidemark.capture.generation.TailState;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.topic.TopicEvent;
import java.io.Closeable;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ways to a cluster's place in the topic. Used by one thread, but for {@link #tail} and {@link #announcedBase}, which any
 * thread may ask.
 */
public final class TopicAccess implements Resume.Topic {
    private static final Logger LOG = LoggerFactory.getLogger(TopicAccess.class);
    /** Longer than markers of a transaction that was just decided are on their way. */
    private static final Duration MARKERS = Duration.ofSeconds(2);

    private static final Duration FIRST_WORD = Duration.ofSeconds(1);

    private final CaptureSettings settings;
    private final TopicSetup setup;
    private final TopicPlace place;
    private final String instance;
    private final Captors captors;
    private final TransactionTime time;

    /**
     * The ways to a place, whose topic is there.
     *
     * @param instance this process's id, written with each record
     */
    public TopicAccess(
            CaptureSettings settings, TopicSetup setup, TopicPlace place, String instance, Leadership leadership) {
        this.settings = settings;
        this.setup = setup;
        this.place = place;
        this.instance = instance;
        this.captors = leadership.captors();
        this.time = new TransactionTime(KafkaClients.transactionTime(settings));
    }

    /** The partition, taken: its only producer, and all that stands there. */
    public static final class Opened implements Closeable {
        private final TransactionalLog log;
        private final TopicTail.End end;

        private Opened(TransactionalLog log, TopicTail.End end) {
            this.log = log;
            this.end = end;
        }

        /** It expects the right offset next. */
        TransactionalLog log() {
            return log;
        }

        /** What the partition's end says. */
        public TailState state() {
            return end.state();
        }

        @Override
        public void close() {
            log.close();
        }
    }

    @Override
    public String place() {
        return place.toString();
    }

    @Override
    public String name() {
        return place.topic() + " (" + place.topicId() + ")";
    }

    @Override
    public TailState readToOpening() {
        return tail().readToOpening(TopicTail.Upto.HIGH_WATERMARK).state();
    }

    /** The generation's newest base that is announced: reads back, beside a running capture, to where the topic says it. */
    public Optional<TopicEvent.BaseReady> announcedBase() {
        return tail().readToBase(TopicTail.Upto.STABLE).state().base();
    }

    /**
     * Gives a captor before this one time to write what only it may still have. Returns once the source can continue what
     * stands in the topic, or nothing has helped.
     *
     * @param compacted whether the source has compacted a revision away; false if it does not answer
     * @param closed whether nobody waits any more
     */
    public void awaitHandover(LongPredicate compacted, Duration patience, BooleanSupplier closed) {
        new Handover(() -> tail().read(TopicTail.Upto.STABLE), this::reach, compacted, instance, patience)
                .await(closed);
    }

    /**
     * Fences every other producer of this cluster, if this captor holds it.
     *
     * @throws CaptureException FENCED if another captor holds the cluster, UNAVAILABLE if that cannot be told now
     */
    public Opened open() {
        captors.requireHeld();
        return opened();
    }

    /**
     * The same for a captor that was writing. If the cluster was given to another one that has written nothing yet, that one
     * may be waiting for what only this captor still has: then its spool may go on.
     *
     * @throws CaptureException FENCED if another captor writes now, UNAVAILABLE if that cannot be told
     */
    Opened reopen() {
        Optional<String> other = captors.otherHolder();
        if (other.isPresent()) {
            // if that one has fenced this captor, its first word is on its way
            Pause.of(FIRST_WORD);
            if (!tail().read(TopicTail.Upto.STABLE).writer().equals(instance)) {
                throw captors.heldBy(other.get());
            }
        }
        return opened();
    }

    private Opened opened() {
        TransactionalLog log = log();
        try {
            endWhatHangs(log);
            TopicTail.End end = tail().read(TopicTail.Upto.HIGH_WATERMARK);
            log.expect(end.nextOffset());
            // what the log expects after a commit it knows itself: its marker may be on its way
            return new Opened(log, isRescued(log, end) ? tail().read(TopicTail.Upto.HIGH_WATERMARK) : end);
        } catch (RuntimeException e) {
            log.close();
            throw e;
        }
    }

    private boolean isRescued(TransactionalLog log, TopicTail.End end) {
        try {
            return new Rescue(settings, place).into(log, end);
        } catch (KafkaException e) {
            failed(log);
            throw e;
        }
    }

    private TransactionalLog log() {
        try {
            return TransactionalLog.open(settings, place, instance, time.now());
        } catch (KafkaException e) {
            if (e.getClass() == KafkaException.class) {
                // the client gives no better name to a broker's word that this is longer than it allows
                time.refused();
            }
            throw e;
        }
    }

    /** A transaction failed: if it was for want of time, the next log gives more. */
    void failed(TransactionalLog log) {
        time.failedAfter(log.age());
    }

    /**
     * What waited was committed.
     *
     * @return whether the log is to be opened anew, since its transactions may take longer than usual
     */
    boolean committed(TransactionalLog log) {
        time.committed();
        return time.isLong(log.time());
    }

    /**
     * No transaction is open now, yet a broker that went away may have lost the end of one that it had decided: then no
     * reader would get past it.
     */
    private void endWhatHangs(TransactionalLog log) {
        if (tail().awaitReadable(MARKERS)) {
            return;
        }
        LOG.warn(
                "a transaction hangs on {}: a broker that went away lost its end; it is aborted, and what it held is"
                        + " written again",
                place.topicPartition());
        log.endHanging();
        if (!tail().awaitReadable(MARKERS)) {
            throw new CaptureException(
                    Failure.UNAVAILABLE,
                    "a transaction that is probably not capture's holds " + place.topicPartition() + " up",
                    "if it never ends: kafka-transactions.sh find-hanging --topic " + place.topic() + " --partition "
                            + place.partition() + ", then abort");
        }
    }

    /** Up to which revision the topic reaches for whoever opens it next, which may be more than can be read yet. */
    long reach(TopicTail.End readable) {
        return new Rescue(settings, place).reach(readable);
    }

    TopicTail tail() {
        return new TopicTail(settings, place);
    }

    /**
     * Looks whether the topic is still the one that was found at the start.
     *
     * @throws SessionOver if it was deleted or made anew
     */
    void requireSameTopic() {
        String now = setup.currentId();
        if (!now.equals(place.topicId())) {
            throw new SessionOver("topic " + place.topic() + " was " + place.topicId() + " and is now "
                    + (now.isEmpty() ? "gone" : now));
        }
    }
}
