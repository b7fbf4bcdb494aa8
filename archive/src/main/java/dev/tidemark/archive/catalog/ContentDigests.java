package dev.tidemark.archive.catalog;

import java.util.Optional;

/**
 * Works out the content digest that another cut of the log has to have, so that another writer's can be compared: one
 * that begins with the draft's first revision and ends elsewhere.
 */
@FunctionalInterface
public interface ContentDigests {
    /** Knows none: another cut is never taken for an equal one. */
    ContentDigests NONE = (last, nextOffset) -> Optional.empty();

    /**
     * The digest of the revisions from the draft's first on, as a checkpoint of its own.
     *
     * @param last the other cut's last revision, inclusive; it may be less than, equal to or larger than the draft's
     * @param nextOffset where the topic goes on after it, as the other writer says
     * @return lower-case hex, or empty if it cannot be worked out
     */
    Optional<String> upTo(long last, long nextOffset);
}
