package dev.tidemark.capture;

import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.schemas.Failure;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * How one cluster is captured.
 *
 * @param cluster the cluster's configured name, part of object names
 * @param source the etcd members, at least one, each with its credentials
 * @param topic the revisions topic and the cluster's place in it
 * @param installation first part of all ids that are global to a Kafka cluster
 * @param kafka settings for every Kafka client, {@code bootstrap.servers} among them; those that Tidemark owns are
 *     refused
 * @param checkpointInterval how often checkpoints are cut; time travels three times as often
 * @param spool where changes wait while Kafka is away, and where snapshots are put
 * @param newSource what to do if another etcd cluster answers than the one captured so far
 * @param newBase when a generation that is continued gets another base
 * @param sideState how often leases, users and roles are renewed
 */
public record CaptureSettings(
        String cluster,
        List<EtcdSettings> source,
        Topic topic,
        String installation,
        Map<String, String> kafka,
        Duration checkpointInterval,
        Spool spool,
        NewSource newSource,
        NewBase newBase,
        SideRenewal sideState) {
    /**
     * The revisions topic and the cluster's place in it.
     *
     * @param name the topic's name
     * @param partition the cluster's partition, from 0
     * @param partitions how many partitions a new topic gets
     * @param replication how many replicas a new topic gets, and an existing one must have at least
     */
    public record Topic(String name, int partition, int partitions, short replication) {
        /** How many partitions a topic has unless told otherwise. */
        public static final int DEFAULT_PARTITIONS = 64;

        public Topic {
            Objects.requireNonNull(name);
            if (partition < 0 || partitions <= partition || replication < 1) {
                throw new CaptureException(
                        Failure.USAGE,
                        "partition " + partition + " of " + partitions + " at replication " + replication
                                + " is no place for a cluster",
                        "topic.partition counts from 0 and lies below topic.partitions; replication is at least 1");
            }
        }
    }

    /**
     * Local room.
     *
     * @param directory used by this capture alone; what it leaves there means nothing after a stop
     * @param memoryBytes how much may wait in memory before the disk is used
     * @param diskBytes how much may wait on disk before the watch is closed
     */
    public record Spool(Path directory, long memoryBytes, long diskBytes) {
        /** 8 MiB in memory, 4 GiB on disk. */
        public static Spool in(Path directory) {
            return new Spool(directory, 8L << 20, 4L << 30);
        }

        public Spool {
            Objects.requireNonNull(directory);
            if (memoryBytes < 1 || diskBytes < 1) {
                throw new CaptureException(
                        Failure.USAGE,
                        "a spool of " + memoryBytes + " bytes in memory and " + diskBytes + " on disk",
                        "capture.spool.bytes is at least 1");
            }
        }
    }

    /** What to do at the start if another etcd cluster answers than the one captured so far. */
    public enum NewSource {
        /** Refuse: an address may be wrong. */
        REFUSE,
        /** End the generation and begin another. */
        ACCEPT
    }

    /**
     * How often leases, users and roles are renewed within a generation, by a snapshot each time.
     *
     * @param interval at least so often; zero: only when users or roles have changed
     * @param poll how often the source is asked whether they have
     */
    public record SideRenewal(Duration interval, Duration poll) {
        /** Every day, and within five minutes of a change. */
        public static final SideRenewal DEFAULT = new SideRenewal(Duration.ofHours(24), Duration.ofMinutes(5));

        /** The same with another interval. */
        public static SideRenewal every(Duration interval) {
            return new SideRenewal(interval, DEFAULT.poll);
        }

        public SideRenewal {
            if (interval.isNegative() || poll.toMillis() < 1) {
                throw new CaptureException(
                        Failure.USAGE,
                        "leases, users and roles renewed every " + interval + ", asked for every " + poll,
                        "sidestate.interval is 0s or more");
            }
        }
    }

    /** When a generation that is continued gets another base. */
    public enum NewBase {
        /** If none was ever brought, or the archive has lost it. */
        IF_OWED,
        /** Once, when capture begins. */
        ONCE
    }

    /** With leases, users and roles renewed every day. */
    public CaptureSettings(
            String cluster,
            List<EtcdSettings> source,
            Topic topic,
            String installation,
            Map<String, String> kafka,
            Duration checkpointInterval,
            Spool spool,
            NewSource newSource) {
        this(
                cluster,
                source,
                topic,
                installation,
                kafka,
                checkpointInterval,
                spool,
                newSource,
                NewBase.IF_OWED,
                SideRenewal.DEFAULT);
    }

    /** The same with leases, users and roles renewed at another pace. */
    public CaptureSettings withSideState(SideRenewal pace) {
        return new CaptureSettings(
                cluster, source, topic, installation, kafka, checkpointInterval, spool, newSource, newBase, pace);
    }

    /** The same with another rule for bases. */
    public CaptureSettings withNewBase(NewBase when) {
        return new CaptureSettings(
                cluster, source, topic, installation, kafka, checkpointInterval, spool, newSource, when, sideState);
    }

    public CaptureSettings {
        Objects.requireNonNull(sideState);
        Objects.requireNonNull(cluster);
        Objects.requireNonNull(topic);
        Objects.requireNonNull(installation);
        Objects.requireNonNull(spool);
        Objects.requireNonNull(newSource);
        Objects.requireNonNull(newBase);
        source = List.copyOf(source);
        kafka = Map.copyOf(kafka);
        if (source.isEmpty()) {
            throw new CaptureException(
                    Failure.USAGE, "cluster " + cluster + " has no etcd endpoint", "set etcd.endpoints");
        }
        if (checkpointInterval.toMillis() < 3) {
            throw new CaptureException(
                    Failure.USAGE,
                    "a checkpoint interval of " + checkpointInterval,
                    "checkpoint.interval is at least 3 ms");
        }
    }

    /** Kafka's settings may hold passwords: only their names are shown. */
    @Override
    public String toString() {
        return "CaptureSettings[cluster=" + cluster + ", source=" + source + ", topic=" + topic + ", kafka="
                + kafka.keySet() + ", spool=" + spool + "]";
    }

    /** How often time travels through the topic when nothing else does. */
    public Duration tickInterval() {
        return checkpointInterval.dividedBy(3);
    }
}
