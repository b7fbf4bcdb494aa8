package dev.tidemark.sandbox.faults;

/** Decides what is done to each request; asked by many threads at once. */
@FunctionalInterface
public interface S3Plan {
    /** Lets everything pass. */
    S3Plan CALM = request -> S3Deed.of(S3Fault.NONE);

    /** What is done to the next request. */
    S3Deed next(S3Request request);
}
