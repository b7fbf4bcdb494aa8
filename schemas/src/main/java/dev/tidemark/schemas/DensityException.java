package dev.tidemark.schemas;

import java.util.Optional;

/** Revisions did not follow each other at a hand-over: some are missing, repeated or out of order. */
public final class DensityException extends TidemarkException {
    private static final long serialVersionUID = 1L;

    private final long expected;
    private final long found;

    DensityException(String place, long expected, long found) {
        super(Failure.VERIFICATION, message(place, expected, found), "");
        this.expected = expected;
        this.found = found;
    }

    private static String message(String place, long expected, long found) {
        String what = found > expected
                ? "revisions " + new RevisionRange(expected, found - 1) + " are missing"
                : "revision " + found + " came after " + (expected - 1);
        return place + ": expected revision " + expected + ", found " + found + ": " + what;
    }

    /** The revision that should have come. */
    public long expected() {
        return expected;
    }

    /** The revision that came. */
    public long found() {
        return found;
    }

    /** The missing revisions; empty if something was repeated instead. */
    public Optional<RevisionRange> hole() {
        return found > expected ? Optional.of(new RevisionRange(expected, found - 1)) : Optional.empty();
    }
}
