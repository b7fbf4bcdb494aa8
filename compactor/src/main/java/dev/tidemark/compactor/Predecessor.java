package dev.tidemark.compactor;

import dev.tidemark.schemas.topic.GenerationEnd;
import dev.tidemark.schemas.topic.TopicEvent;
import java.util.Optional;

/**
 * A generation as it was folded, when the next one begins.
 *
 * @param generation its id; empty if there is none
 * @param last the last revision of it that stands in the archive
 */
record Predecessor(String generation, long last) {
    /**
     * What capture says of the end, put right where the archive holds less than capture believes: the rest is a hole.
     *
     * @param defect why it could not be folded to its end; empty if nothing was wrong
     */
    TopicEvent.GenerationOpened corrected(TopicEvent.GenerationOpened next, Optional<LogDefectException> defect) {
        GenerationEnd told = next.previous();
        boolean isToldOf = told != null && told.generation().equals(generation);
        boolean isShort = isToldOf && told.lastRevision() > last;
        if (generation.isEmpty() || (defect.isEmpty() && !isShort)) {
            return next;
        }
        String detail = defect.map(LogDefectException::getMessage)
                .orElse("the topic ended at revision " + last + ", capture at " + (isToldOf ? told.lastRevision() : 0));
        GenerationEnd end = isShort
                ? new GenerationEnd(
                        generation,
                        last,
                        GenerationEnd.Cause.DISORDER,
                        detail,
                        last + 1,
                        Math.max(told.lastRevision(), told.holeLast()))
                : new GenerationEnd(
                        generation,
                        last,
                        GenerationEnd.Cause.DISORDER,
                        detail,
                        isToldOf ? told.holeFirst() : 0,
                        isToldOf ? told.holeLast() : 0);
        return new TopicEvent.GenerationOpened(
                next.generation(),
                next.cluster(),
                next.sourceClusterId(),
                next.sourceVersion(),
                next.baseRevision(),
                next.openedAtMillis(),
                end);
    }
}
