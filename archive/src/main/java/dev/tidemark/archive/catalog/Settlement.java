package dev.tidemark.archive.catalog;

import dev.tidemark.archive.store.CreateOutcome;
import dev.tidemark.archive.store.StoreUnavailableException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates an object under a name that others want too, and finds out what stands there afterwards. Whatever the store
 * answered to the creation, success included, only reading the name back counts: a refusal may answer our own earlier
 * try, an error may come after the effect, and there are stores that ignore the condition.
 */
final class Settlement {
    private static final Logger log = LoggerFactory.getLogger(Settlement.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final ClusterObjects objects;
    private final CommitPatience patience;

    Settlement(ClusterObjects objects, CommitPatience patience) {
        this.objects = objects;
        this.patience = patience;
    }

    /**
     * The bytes that stand under the name in the end, ours or another's.
     *
     * @throws StoreUnavailableException if that could not be found out within the patience: ours may yet appear there
     */
    byte[] createAndRead(String name, byte[] bytes) {
        long start = patience.nanoTime().getAsLong();
        Duration pause = FIRST_PAUSE;
        CreateOutcome outcome = CreateOutcome.UNKNOWN;
        StoreUnavailableException last = null;
        while (true) {
            try {
                outcome = objects.createIfAbsent(name, bytes);
                Optional<byte[]> found = objects.find(name);
                if (found.isPresent()) {
                    return found.get();
                }
            } catch (StoreUnavailableException e) {
                last = e;
            }
            if (patience.nanoTime().getAsLong() - start >= patience.deadline().toNanos()) {
                throw unsettled(name, outcome, last);
            }
            log.warn("{} is not settled (answer: {}), trying again in {}", objects.full(name), outcome, pause);
            sleep(name, pause);
            pause = longer(pause);
        }
    }

    private StoreUnavailableException unsettled(String name, CreateOutcome outcome, StoreUnavailableException last) {
        return new StoreUnavailableException(
                "commit of " + objects.full(name) + " to " + objects.store().uri() + " is not settled after "
                        + patience.deadline() + " (last answer: " + outcome + ")",
                "it is tried again from the start; whether this one took effect is found out then",
                last);
    }

    private void sleep(String name, Duration pause) {
        try {
            patience.pause().sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailableException(
                    "interrupted while committing " + objects.full(name),
                    "start again; the outcome is found out then",
                    e);
        }
    }

    private static Duration longer(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
    }
}
