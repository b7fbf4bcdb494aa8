package dev.tidemark.archive.catalog;

/** What an enveloped object holds. */
enum ObjectKind {
    /** A {@code GenerationHeader}. */
    GENERATION_HEADER(1),
    /** A {@code CheckpointManifest}. */
    CHECKPOINT(2),
    /** A {@code BaseManifest}. */
    BASE(3),
    /** A {@code BaseDescriptor}. */
    BASE_DESCRIPTOR(4),
    /** The name of the cluster that claims a partition, UTF-8. */
    CLAIM(5),
    /** A {@code SideManifest}. */
    SIDE(6),
    /** A {@code BaseManifest} of a base that no snapshot brought. */
    SYNTHETIC_BASE(7),
    /** A {@code TimeProof}. */
    TIME(8),
    /** A {@code Retention}. */
    RETENTION(9),
    /** A {@code VerifyRun}; numbers below 16 are for what readers need. */
    VERIFY_RUN(16),
    /** A {@code DrillRun}. */
    DRILL_RUN(17),
    /** A {@code Condemned}. */
    CONDEMNED(18);

    private final int code;

    ObjectKind(int code) {
        this.code = code;
    }

    /** The byte in the envelope. */
    int code() {
        return code;
    }
}
