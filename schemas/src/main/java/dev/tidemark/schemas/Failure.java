package dev.tidemark.schemas;

/** What kind of failure an error is, and the exit code by which scripts know it (docs/cli.md). */
public enum Failure {
    /** A defect of Tidemark itself. */
    INTERNAL(1),
    /** Wrong usage or settings, wrong credentials included. */
    USAGE(2),
    /** The asked moment cannot be reached: outside of what is kept, or in a hole. */
    UNREACHABLE_TARGET(3),
    /** A proof failed: something is damaged, missing or not what it claims to be. */
    VERIFICATION(4),
    /** Refused to protect data: not empty, not forced, or a promise would break. */
    REFUSED(5),
    /** etcd, Kafka or the archive cannot be reached. */
    UNAVAILABLE(6),
    /** Another instance holds the cluster. */
    FENCED(7);

    private final int exitCode;

    Failure(int exitCode) {
        this.exitCode = exitCode;
    }

    /** The process exit code, 1 to 7. */
    public int exitCode() {
        return exitCode;
    }
}
