package dev.tidemark.restorer.verify.report;

import dev.tidemark.schemas.RevisionRange;
import java.util.Optional;

/**
 * One thing that is not as it must be.
 *
 * @param object the object's name in the store, or the source's endpoint
 * @param problem what is wrong, one sentence
 * @param range revisions that may not come back because of it; empty if every revision still does
 */
public record Finding(String object, String problem, Optional<RevisionRange> range) {
    @Override
    public String toString() {
        return object + ": " + problem
                + range.map(endangered -> " (endangers revisions " + endangered + ")")
                        .orElse(" (no revision is endangered)");
    }
}
