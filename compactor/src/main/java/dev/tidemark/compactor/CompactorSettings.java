package dev.tidemark.compactor;

import dev.tidemark.schemas.Failure;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;

/**
 * How a compactor runs.
 *
 * @param installation first part of all ids that are global to a Kafka cluster
 * @param member stable name of this instance among the installation's compactors: a restart under the same name takes
 *     its partitions back at once
 * @param topic the revisions topic
 * @param kafka settings for every Kafka client, {@code bootstrap.servers} among them; those that Tidemark owns are
 *     refused by {@link Compactor#start}
 * @param streams further settings for Kafka Streams, under the same rule
 * @param checkpointInterval time of the log, by record timestamps, after which an interval is cut
 * @param checkpointBytes bytes of the log after which an interval is cut, at most 1 GiB
 * @param spool directory for open intervals; its content means nothing after a stop
 */
public record CompactorSettings(
        String installation,
        String member,
        String topic,
        Map<String, String> kafka,
        Map<String, String> streams,
        Duration checkpointInterval,
        long checkpointBytes,
        Path spool) {
    /** A manifest lists an interval's segments with their live sets, and must fit into one small object. */
    private static final long MAX_BYTES = 1L << 30;

    public CompactorSettings {
        Objects.requireNonNull(installation);
        Objects.requireNonNull(member);
        Objects.requireNonNull(topic);
        kafka = Map.copyOf(kafka);
        streams = Map.copyOf(streams);
        Objects.requireNonNull(spool);
        if (checkpointInterval.toMillis() < 1 || checkpointBytes < 1 || checkpointBytes > MAX_BYTES) {
            throw new CompactorException(
                    Failure.USAGE,
                    "checkpoints of " + checkpointInterval + " and " + checkpointBytes + " bytes cannot be made",
                    "checkpoint.interval is at least 1 ms, checkpoint.bytes from 1 to " + MAX_BYTES);
        }
    }

    /** Kafka's settings may hold passwords: only their names are shown. */
    @Override
    public String toString() {
        return "CompactorSettings[installation=" + installation + ", member=" + member + ", topic=" + topic + ", kafka="
                + kafka.keySet() + ", streams=" + streams.keySet() + ", spool=" + spool + "]";
    }
}
