package dev.tidemark.capture.source;

import dev.tidemark.etcd.rpc.EtcdException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the source lets capture take snapshots. Where it does not, capture goes on by the watch alone, and this says
 * what that lacks: in the log once in a while, and to whoever asks. Thread-safe.
 */
public final class AdminRights {
    private static final Logger LOG = LoggerFactory.getLogger(AdminRights.class);
    private static final Duration REPEAT = Duration.ofMinutes(10);

    private final InstantSource clock;
    private Optional<String> missing = Optional.empty();
    private long toldAt;

    /** Nothing is known to be missing yet. */
    public AdminRights(InstantSource clock) {
        this.clock = clock;
    }

    /** A snapshot was refused. */
    public synchronized void refused(EtcdException.Credentials why) {
        refused(
                "no snapshot may be taken of the source, so there is no base: revisions are captured but cannot be"
                        + " restored yet",
                why);
    }

    /** A snapshot that was to renew leases, users and roles was refused, or whether they have changed. */
    public synchronized void refusedSide(EtcdException.Credentials why) {
        refused(
                "no snapshot may be taken of the source any more: leases, users and roles are restored as they were in"
                        + " the last one",
                why);
    }

    private void refused(String lacking, EtcdException.Credentials why) {
        boolean first = missing.isEmpty();
        missing = Optional.of(lacking + " (" + why.getMessage() + ")");
        if (first || clock.millis() - toldAt >= REPEAT.toMillis()) {
            toldAt = clock.millis();
            LOG.warn("{}; hint: {}", missing.get(), why.hint());
        }
    }

    /** A snapshot was taken. */
    public synchronized void granted() {
        if (missing.isPresent()) {
            missing = Optional.empty();
            LOG.info("snapshots of the source may be taken again");
        }
    }

    /** What capture cannot do, in one sentence. */
    public synchronized Optional<String> missing() {
        return missing;
    }
}
