package dev.tidemark.restorer.verify.ladder;

/** Looks at the data that a manifest names, as closely as its level says. Thread-safe. */
interface DataCheck {
    /** Looks at all of it; what is wrong goes into the tally. */
    void check(Holding holding);
}
