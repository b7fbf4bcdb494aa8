package dev.tidemark.cli;

/** How a moment is written, for the help of every verb that takes one. */
final class TargetHelp {
    static final String TEXT = "latest, a revision (184467 or GEN:184467), a time (2026-11-22T10:00:00Z or -15m), "
            + "before:REVISION, or before-delete:KEY.";

    private TargetHelp() {}
}
