package dev.tidemark.sandbox.faults;

import java.time.Duration;

/**
 * What is done to one request.
 *
 * @param delay how long it waits before anything else
 * @param where in the body something happens: 0 at its beginning, almost 1 at its end
 */
public record S3Deed(S3Fault fault, Duration delay, double where) {
    /** At once, and in the middle where there is a middle. */
    public static S3Deed of(S3Fault fault) {
        return new S3Deed(fault, Duration.ZERO, 0.5);
    }
}
