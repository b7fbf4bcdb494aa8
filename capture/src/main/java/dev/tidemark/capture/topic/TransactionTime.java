package dev.tidemark.capture.topic;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long a transaction may take before the broker aborts it. Short, so that a captor that dies does not hold readers up;
 * but a revision must pass in one transaction, however large it is and however slow the way to the broker: after each
 * transaction that the time was too short for, the next one gets twice as long. Used by one thread.
 */
final class TransactionTime {
    private static final Logger LOG = LoggerFactory.getLogger(TransactionTime.class);
    /** A broker's default for {@code transaction.max.timeout.ms}: it refuses longer ones. */
    private static final Duration LONGEST = Duration.ofMinutes(15);

    private final Duration usual;
    private Duration now;
    private Duration longest = LONGEST;

    TransactionTime(Duration usual) {
        this.usual = usual;
        this.now = usual;
    }

    Duration now() {
        return now;
    }

    /** A transaction failed after this time. */
    void failedAfter(Duration taken) {
        if (taken.compareTo(now) >= 0 && now.compareTo(longest) < 0) {
            Duration twice = now.multipliedBy(2);
            now = twice.compareTo(longest) < 0 ? twice : longest;
            LOG.warn("a transaction failed after {} ms; the next one may take {} ms", taken.toMillis(), now.toMillis());
        }
    }

    /** Whether a log that was opened with a time is to be opened anew, as it would hold readers up for longer than usual. */
    boolean isLong(Duration opened) {
        return opened.compareTo(usual) > 0;
    }

    /** The broker allows no transaction as long as that. */
    void refused() {
        if (now.compareTo(usual) > 0) {
            longest = now.dividedBy(2).compareTo(usual) > 0 ? now.dividedBy(2) : usual;
            now = longest;
        }
    }

    /** What needed the time was committed: short ones are enough again. */
    void committed() {
        now = usual;
    }
}
