package dev.tidemark.capture.status;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How it stands with the capture of one cluster: what {@link CaptureGauge#status} saw at one moment.
 *
 * @param cluster the cluster's configured name
 * @param state what it is doing
 * @param problem what is waited for, or why it stopped; empty if all is well
 * @param generation the generation that stands in the topic; empty if none does yet
 * @param base whether that generation's base is announced
 * @param revisions how far it has come
 * @param lag how far the topic is behind the source; empty until a generation stands in the topic
 * @param headroom how far the source's compaction is away; empty until its compact revision is known
 * @param totals what this process has done
 * @param spool what waits between source and topic
 * @param clockSkewMillis how far the broker's clock is ahead of ours; empty before the first transaction
 * @param unreadableMillis for how long what stands in the topic cannot be read, as a transaction before it has no end; 0
 *     if it can
 */
public record CaptureStatus(
        String cluster,
        State state,
        String problem,
        String generation,
        Base base,
        Revisions revisions,
        Optional<Lag> lag,
        Optional<Headroom> headroom,
        Totals totals,
        SpoolUse spool,
        OptionalLong clockSkewMillis,
        long unreadableMillis) {
    /** What capture is doing. */
    public enum State {
        /** It has not reached the topic or the source yet. */
        STARTING,
        /** Another instance holds the cluster; this one waits for its turn. */
        STANDBY,
        /** Every revision goes into the topic as it arrives. */
        FOLLOWING,
        /** It works through what was written while it was away. */
        CATCHING_UP,
        /** No member of the source answers with a quorum. */
        WAITING_FOR_ETCD,
        /** The topic cannot be written; what is captured waits in the spool. */
        WAITING_FOR_KAFKA,
        /** The archive does not answer, and capture cannot begin without it. */
        WAITING_FOR_ARCHIVE,
        /** It has ended. */
        STOPPED
    }

    /** Whether a generation can be restored from. */
    public enum Base {
        /** There is no generation. */
        NONE,
        /** Its base is on the way into the archive. */
        PENDING,
        /** Its base is announced in the topic. */
        READY
    }

    /** Why a watch had to be opened anew, or could not be opened. */
    public enum ReconnectCause {
        /** No connection, or it broke. */
        UNREACHABLE,
        /** The member had no leader. */
        NO_LEADER,
        /** No answer in time. */
        TIMEOUT,
        /** The member ended the stream, as a stopping one does. */
        ENDED_BY_SERVER,
        /** The member refused the watch, for example as its token had died. */
        REFUSED,
        /** The source was compacted beyond where the watch stood. */
        COMPACTED,
        /** Revisions were missing, or came twice. */
        DISORDER,
        /** The source's history was another one. */
        REPLACED,
        /** The watch delivered nothing, though the source had gone on. */
        SILENT,
        /** The member delivered less than the source wrote. */
        BEHIND,
        /** The spool was full. */
        SPOOL_FULL,
        /** Anything else; the log says what. */
        OTHER
    }

    /**
     * How far it has come.
     *
     * @param committed the last revision that is committed in the topic; 0 if none is
     * @param received the last revision that was received from the source; 0 if none was
     * @param source the newest revision that the source is known to have; 0 if it was never reached
     */
    public record Revisions(long committed, long received, long source) {}

    /**
     * How far the topic is behind the source.
     *
     * @param revisions revisions that the source is known to have and the topic has not
     * @param millis how long the oldest of them may have existed; while the source cannot be reached, how long ago it
     *     was last known that nothing is missing
     */
    public record Lag(long revisions, long millis) {}

    /**
     * What was done since the process began.
     *
     * @param revisions revisions committed
     * @param bytes bytes of the records committed, before compression
     * @param records records committed
     * @param transactions transactions committed
     * @param reconnects how often the watch had to be opened anew, by cause; every cause is there
     */
    public record Totals(
            long revisions, long bytes, long records, long transactions, Map<ReconnectCause, Long> reconnects) {
        public Totals {
            reconnects = Map.copyOf(reconnects);
        }
    }

    /**
     * What waits between source and topic.
     *
     * @param memoryBytes bytes in memory
     * @param diskBytes bytes on disk
     * @param diskLimit bytes that may wait on disk before the watch is closed
     */
    public record SpoolUse(long memoryBytes, long diskBytes, long diskLimit) {}
}
