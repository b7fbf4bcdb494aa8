package dev.tidemark.sandbox.workload;

import java.time.Duration;
import java.util.Random;

/**
 * What a workload writes. The same seed gives each client the same sequence of requests; how the clients interleave, and
 * the ids of leases, are etcd's.
 *
 * @param seed printed at the start of each run
 * @param revisions how many revisions a run makes, a few more at most
 * @param time when a run ends at the latest
 * @param clients connections, each with its own sequence of requests
 * @param inFlight unanswered requests of a client
 * @param revisionsPerSecond 0 for as fast as it goes
 * @param compactionLag how far a compaction, every now and then, stays behind; 0 for no compactions
 * @param valueBytes the median size of a value
 */
public record Plan(
        long seed,
        long revisions,
        Duration time,
        int clients,
        int inFlight,
        int revisionsPerSecond,
        long compactionLag,
        int valueBytes,
        LeaseIds leaseIds) {
    /** Where the ids of leases that run out come from. */
    public enum LeaseIds {
        /** etcd chooses a new one each time. */
        FRESH,
        /** Every second one is that of the lease that has just run out, with another time to live. */
        REVIVED
    }

    public Plan {
        if (revisions < 1
                || clients < 1
                || inFlight < 1
                || revisionsPerSecond < 0
                || compactionLag < 0
                || valueBytes < 1) {
            throw new IllegalArgumentException("not a plan: %d revisions, %d clients, %d in flight, %d/s, lag %d, %d B"
                    .formatted(revisions, clients, inFlight, revisionsPerSecond, compactionLag, valueBytes));
        }
    }

    /** As fast as it goes, with a random seed, without compactions, values of 256 B. */
    public static Plan of(long revisions) {
        return new Plan(new Random().nextLong(), revisions, Duration.ofMinutes(10), 4, 32, 0, 0, 256, LeaseIds.FRESH);
    }

    public Plan withSeed(long other) {
        return new Plan(
                other, revisions, time, clients, inFlight, revisionsPerSecond, compactionLag, valueBytes, leaseIds);
    }

    public Plan withTime(Duration other) {
        return new Plan(
                seed, revisions, other, clients, inFlight, revisionsPerSecond, compactionLag, valueBytes, leaseIds);
    }

    public Plan withRate(int perSecond) {
        return new Plan(seed, revisions, time, clients, inFlight, perSecond, compactionLag, valueBytes, leaseIds);
    }

    public Plan withCompactionLag(long lag) {
        return new Plan(seed, revisions, time, clients, inFlight, revisionsPerSecond, lag, valueBytes, leaseIds);
    }

    public Plan withValueBytes(int median) {
        return new Plan(seed, revisions, time, clients, inFlight, revisionsPerSecond, compactionLag, median, leaseIds);
    }

    public Plan withLeaseIds(LeaseIds other) {
        return new Plan(seed, revisions, time, clients, inFlight, revisionsPerSecond, compactionLag, valueBytes, other);
    }
}
