package dev.tidemark.sandbox.faults;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Counts what is done. Thread-safe. */
final class S3Counting {
    private final Map<S3Fault, Long> done = new EnumMap<>(S3Fault.class);
    private long requests;
    private long delayed;
    private final List<S3Request> corruptedReads = new ArrayList<>();

    synchronized void delayed() {
        delayed++;
    }

    synchronized void done(S3Request request, S3Fault fault) {
        requests++;
        done.merge(fault, 1L, Long::sum);
    }

    synchronized void corruptedRead(S3Request request) {
        corruptedReads.add(request);
    }

    synchronized S3Tally now() {
        return new S3Tally(requests, new EnumMap<>(done), delayed, List.copyOf(corruptedReads));
    }
}
