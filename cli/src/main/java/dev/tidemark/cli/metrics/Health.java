package dev.tidemark.cli.metrics;

import dev.tidemark.capture.status.CaptureStatus;
import dev.tidemark.capture.status.Headroom;
import dev.tidemark.cli.drill.DrillStatus;
import dev.tidemark.cli.upkeep.ExpiryStatus;
import dev.tidemark.compactor.CompactorHealth;
import dev.tidemark.compactor.PartitionHealth;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Whether a process is well, as {@code /health} answers it.
 *
 * @param ok whether all of its clusters are
 * @param document what is said of each
 */
record Health(boolean ok, Map<String, Object> document) {
    /**
     * A drill that fails, and an expiry that cannot be done, are said; neither keeps a service from its work, and no restart
     * mends them, so the process is well.
     */
    static Health of(
            List<CaptureStatus> captures,
            List<CompactorHealth> compactors,
            List<DrillStatus> drills,
            List<ExpiryStatus> expiries) {
        boolean ok = captures.stream().allMatch(Health::isWell)
                && compactors.stream().allMatch(Health::isWell);
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("ok", ok);
        document.put("captures", captures.stream().map(Health::document).toList());
        document.put("compactors", compactors.stream().map(Health::document).toList());
        document.put(
                "drills",
                drills.stream()
                        .map(drill -> turn(drill.cluster(), drill.problem()))
                        .toList());
        document.put(
                "expiries",
                expiries.stream()
                        .map(expiry -> turn(expiry.cluster(), expiry.problem()))
                        .toList());
        return new Health(ok, document);
    }

    private static Map<String, Object> turn(String cluster, String problem) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("cluster", cluster);
        document.put("why", problem);
        return document;
    }

    private static boolean isWell(CaptureStatus status) {
        return switch (status.state()) {
            case STANDBY, FOLLOWING, CATCHING_UP -> true;
            case STARTING, WAITING_FOR_ETCD, WAITING_FOR_KAFKA, WAITING_FOR_ARCHIVE, STOPPED -> false;
        };
    }

    private static Map<String, Object> document(CaptureStatus status) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("cluster", status.cluster());
        document.put("ok", isWell(status));
        document.put("state", status.state().name());
        document.put("why", status.problem());
        document.put("generation", status.generation());
        document.put("base", status.base().name());
        document.put("committedRevision", status.revisions().committed());
        document.put(
                "lagRevisions", status.lag().map(CaptureStatus.Lag::revisions).orElse(null));
        document.put(
                "lagSeconds",
                status.lag().map(lag -> Metric.seconds(lag.millis())).orElse(null));
        document.put("headroom", status.headroom().map(Health::document).orElse(null));
        return document;
    }

    private static Map<String, Object> document(Headroom headroom) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("compactRevision", headroom.compactRevision());
        document.put("revisions", headroom.revisions());
        document.put("seconds", boxedSeconds(headroom.millis()));
        document.put("usualSeconds", boxedSeconds(headroom.usualMillis()));
        document.put("verdict", headroom.verdict().name());
        return document;
    }

    private static Double boxedSeconds(OptionalLong millis) {
        return millis.isPresent() ? Metric.seconds(millis.getAsLong()) : null;
    }

    /** A rebalance is no illness; Streams' other states end, or have not begun. */
    private static boolean isWell(CompactorHealth health) {
        return List.of("RUNNING", "REBALANCING", "CREATED").contains(health.streams())
                && health.partitions().stream().allMatch(Health::isWell);
    }

    private static boolean isWell(PartitionHealth partition) {
        return switch (partition.phase()) {
            case IDLE, CATCHING_UP, FOLDING -> true;
            case WAITING, IN_HOLE, STOPPED -> false;
        };
    }

    private static Map<String, Object> document(CompactorHealth health) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("ok", isWell(health));
        document.put("streams", health.streams());
        document.put("paused", health.paused());
        document.put(
                "partitions", health.partitions().stream().map(Health::document).toList());
        return document;
    }

    private static Map<String, Object> document(PartitionHealth partition) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("cluster", partition.cluster());
        document.put("partition", partition.partition());
        document.put("ok", isWell(partition));
        document.put("phase", partition.phase().name());
        document.put("why", partition.problem());
        document.put("upkeep", partition.upkeepFailing());
        document.put("generation", partition.generation());
        document.put("committedRevision", partition.committedRevision());
        return document;
    }
}
