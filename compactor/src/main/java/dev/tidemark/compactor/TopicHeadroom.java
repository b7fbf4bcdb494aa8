package dev.tidemark.compactor;

import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long the topic still keeps what is in no checkpoint yet. A topic deletes by its records' age, whoever needs them: what
 * goes so is a hole. It is said once half of that time is over, for each partition, until it is well again. For one thread.
 */
final class TopicHeadroom {
    private static final Logger LOG = LoggerFactory.getLogger(TopicHeadroom.class);

    private final String topic;
    private final InstantSource clock;
    private final Set<Integer> warned = new HashSet<>();

    TopicHeadroom(String topic, InstantSource clock) {
        this.topic = topic;
        this.clock = clock;
    }

    /**
     * Looks, and says what has become short.
     *
     * @param retentionMillis how long the topic keeps a record; empty for ever, or if that is not known
     * @return the partitions whose oldest record in no checkpoint has used up half of that time
     */
    Set<Integer> look(OptionalLong retentionMillis, List<PartitionHealth> partitions) {
        for (PartitionHealth partition : partitions) {
            long age = ageMillis(partition);
            boolean isShort = retentionMillis.isPresent() && age > retentionMillis.getAsLong() / 2;
            if (!isShort) {
                warned.remove(partition.partition());
            } else if (warned.add(partition.partition())) {
                LOG.warn(
                        "{}, partition {}: what is in no checkpoint yet is up to {} old, and topic {} deletes it after {}:"
                                + " then it is lost for good. Waiting for: {}",
                        partition.cluster(),
                        partition.partition(),
                        days(age),
                        topic,
                        days(retentionMillis.getAsLong()),
                        partition.problem().isEmpty() ? "nothing, it only lags" : partition.problem());
            }
        }
        return Set.copyOf(warned);
    }

    private long ageMillis(PartitionHealth partition) {
        return partition.openSinceMillis() == 0 ? 0 : Math.max(0, clock.millis() - partition.openSinceMillis());
    }

    private static String days(long millis) {
        Duration time = Duration.ofMillis(millis);
        return time.toDays() > 0 ? time.toDays() + "d " + time.toHoursPart() + "h" : time.toSeconds() + "s";
    }
}
