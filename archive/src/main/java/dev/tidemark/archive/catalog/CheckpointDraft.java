package dev.tidemark.archive.catalog;

import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.Lease;
import dev.tidemark.schemas.avro.Member;
import dev.tidemark.schemas.avro.TopicPosition;
import java.util.List;

/**
 * A level-0 checkpoint whose data is uploaded; what its place in the chain adds is filled in at the commit.
 *
 * @param range the revisions it covers
 * @param firstCapturedAtMillis capturedAt of the first of them
 * @param lastCapturedAtMillis capturedAt of the last of them
 * @param contentDigest docs/format.md, section 7, lower-case hex
 * @param members the uploaded segments in revision order, at least 1
 * @param leases leases first seen in the interval
 * @param position where the topic goes on after it
 */
public record CheckpointDraft(
        RevisionRange range,
        long firstCapturedAtMillis,
        long lastCapturedAtMillis,
        String contentDigest,
        List<Member> members,
        List<Lease> leases,
        TopicPosition position) {
    public CheckpointDraft {
        members = List.copyOf(members);
        leases = List.copyOf(leases);
        if (members.isEmpty()) {
            throw new IllegalArgumentException("a checkpoint of " + range + " without segments");
        }
    }
}
