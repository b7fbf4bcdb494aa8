package dev.tidemark.compactor;

import java.util.List;
import java.util.OptionalLong;

/**
 * How it stands with a compactor.
 *
 * @param streams Kafka Streams' own state, or WAITING_FOR_TOPIC before there is one
 * @param paused whether the flow is stopped because too much is buffered
 * @param backlogBytes bytes buffered, of all partitions
 * @param topicRetentionMillis how long the topic keeps a record; empty for ever, or if that is not known
 * @param partitions the partitions this instance holds, ascending
 */
public record CompactorHealth(
        String streams,
        boolean paused,
        long backlogBytes,
        OptionalLong topicRetentionMillis,
        List<PartitionHealth> partitions) {
    public CompactorHealth {
        partitions = List.copyOf(partitions);
    }
}
