package dev.tidemark.capture;

import dev.tidemark.schemas.Failure;
import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ways to a cluster's place in the topic. Used by one thread, but for {@link #tail}, which any thread may ask. */
final class TopicAccess {
    private static final Logger LOG = LoggerFactory.getLogger(TopicAccess.class);
    /** Longer than markers of a transaction that was just decided are on their way. */
    private static final Duration MARKERS = Duration.ofSeconds(2);

    private static final Duration FIRST_WORD = Duration.ofSeconds(1);

    private final CaptureSettings settings;
    private final TopicSetup setup;
    private final TopicPlace place;
    private final String instance;
    private final Leadership leadership;
    private final TransactionTime time;

    /**
     * @param instance this process's id, written with each record
     */
    TopicAccess(CaptureSettings settings, TopicSetup setup, TopicPlace place, String instance, Leadership leadership) {
        this.settings = settings;
        this.setup = setup;
        this.place = place;
        this.instance = instance;
        this.leadership = leadership;
        this.time = new TransactionTime(KafkaClients.transactionTime(settings));
    }

    /**
     * The partition, taken.
     *
     * @param log its only producer, which expects the right offset next
     * @param end all that stands there
     */
    record Opened(TransactionalLog log, TopicTail.End end) {}

    TopicPlace place() {
        return place;
    }

    /**
     * Fences every other producer of this cluster, if this captor holds it.
     *
     * @throws CaptureException FENCED if another captor holds the cluster, UNAVAILABLE if that cannot be told now
     */
    Opened open() {
        leadership.requireHeld();
        return opened();
    }

    /**
     * The same for a captor that was writing. If the cluster was given to another one that has written nothing yet, that one
     * may be waiting for what only this captor still has: then its spool may go on.
     *
     * @throws CaptureException FENCED if another captor writes now, UNAVAILABLE if that cannot be told
     */
    Opened reopen() {
        Optional<String> other = leadership.otherHolder();
        if (other.isPresent()) {
            // if that one has fenced this captor, its first word is on its way
            Pause.of(FIRST_WORD);
            if (!tail().read(TopicTail.Upto.STABLE).writer().equals(instance)) {
                throw leadership.heldBy(other.get());
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
