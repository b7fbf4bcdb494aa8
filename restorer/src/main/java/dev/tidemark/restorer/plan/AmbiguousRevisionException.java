package dev.tidemark.restorer.plan;

import dev.tidemark.restorer.RestoreException;
import dev.tidemark.restorer.history.Moment;
import dev.tidemark.schemas.Failure;
import java.util.List;
import java.util.stream.Collectors;

/** Several generations hold the asked revision, with different content: the operator has to say which one is meant. */
public final class AmbiguousRevisionException extends RestoreException {
    private static final long serialVersionUID = 1L;

    private final transient List<Moment> candidates;

    AmbiguousRevisionException(long revision, List<Moment> candidates) {
        super(
                Failure.USAGE,
                "revision " + revision + " stands in " + candidates.size() + " generations with different content: "
                        + candidates.stream().map(Moment::toString).collect(Collectors.joining("; ")),
                "name the generation as well: "
                        + candidates.stream()
                                .map(c -> c.generation() + ":" + c.revision())
                                .collect(Collectors.joining(" or ")));
        this.candidates = List.copyOf(candidates);
    }

    /** What the revision may mean, newest generation first. */
    public List<Moment> candidates() {
        return candidates;
    }
}
