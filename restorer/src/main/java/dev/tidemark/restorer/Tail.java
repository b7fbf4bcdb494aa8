package dev.tidemark.restorer;

import dev.tidemark.archive.segment.LocalSegment;
import dev.tidemark.archive.segment.Segment;
import dev.tidemark.schemas.LeaseTtl;
import dev.tidemark.schemas.RevisionRange;
import java.util.List;
import java.util.Optional;

/**
 * What the topic held beyond the newest checkpoint of a generation, cut into local segments.
 *
 * @param range its revisions; empty if there was nothing new
 * @param segments the local segments
 * @param leases leases that appear with these revisions
 * @param provenMillis up to when the source is known to have committed nothing more, milliseconds since the epoch; 0 if unknown
 * @param end what is missing after the generation, if the topic says that it ended
 * @param pending the generation that follows it, not yet in the archive
 */
record Tail(
        Optional<RevisionRange> range,
        List<LocalSegment> segments,
        List<LeaseTtl> leases,
        long provenMillis,
        Optional<Hole> end,
        Optional<History.PendingGeneration> pending) {
    Tail {
        segments = List.copyOf(segments);
        leases = List.copyOf(leases);
    }

    /** What the planner needs to know. */
    Optional<TailFacts> facts() {
        return range.map(known -> new TailFacts(known, segments.size() * 2, bytes()));
    }

    /** The segments, opened. */
    Optional<Stretch> stretch() {
        return range.map(
                known -> new Stretch(known, segments.stream().map(Segment::open).toList()));
    }

    private long bytes() {
        return segments.stream()
                .mapToLong(segment -> segment.summary().getData().getBytes()
                        + segment.summary().getIndex().getBytes())
                .sum();
    }
}
