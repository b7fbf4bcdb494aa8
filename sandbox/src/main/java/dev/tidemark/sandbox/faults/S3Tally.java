package dev.tidemark.sandbox.faults;

import java.util.List;
import java.util.Map;

/**
 * What was done to requests so far.
 *
 * @param requests in all
 * @param done by fault; a fault that could not be inflicted, such as a flipped bit in no body, counts as none
 * @param delayed of all, held back
 * @param corruptedReads of those corrupted, the reads whose answers were an object's bytes, whole but for that bit
 */
public record S3Tally(long requests, Map<S3Fault, Long> done, long delayed, List<S3Request> corruptedReads) {
    /** How many met this fault. */
    public long of(S3Fault fault) {
        return done.getOrDefault(fault, 0L);
    }

    @Override
    public String toString() {
        return "%d requests %s, %d delayed, %d objects' bytes corrupted"
                .formatted(requests, done, delayed, corruptedReads.size());
    }
}
