package dev.tidemark.archive.catalog;

import java.util.Optional;

/** Works out the content digest of a shorter cut of a draft's revisions, so that another writer's can be compared. */
@FunctionalInterface
public interface ContentDigests {
    /** Knows none: another cut is never taken for an equal one. */
    ContentDigests NONE = (last, nextOffset) -> Optional.empty();

    /**
     * The digest of the draft's revisions up to one before its end, as a checkpoint of its own.
     *
     * @param last the last revision of the shorter cut, inclusive, less than the draft's
     * @param nextOffset where the topic goes on after it, as the other writer says
     * @return lower-case hex, or empty if it cannot be worked out
     */
    Optional<String> upTo(long last, long nextOffset);
}
