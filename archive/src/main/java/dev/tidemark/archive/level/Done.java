package dev.tidemark.archive.level;

import dev.tidemark.archive.catalog.Placed;
import dev.tidemark.schemas.avro.Member;
import java.util.List;

/**
 * One piece of work that was done, by this process or, as was seen before it began, by another.
 *
 * @param what {@code level 2} or {@code base}
 * @param seq the manifest's sequence number
 * @param revision its last revision
 * @param segments how many segments it names
 * @param bytes those of all segments' data
 * @param writtenBytes those of the segments that were written for it
 * @param runBytes those of the index runs that were written for it
 */
public record Done(String what, long seq, long revision, int segments, long bytes, long writtenBytes, long runBytes) {
    static Done of(String what, long seq, long revision, List<Placed> placed, long runBytes) {
        return new Done(
                what,
                seq,
                revision,
                placed.size(),
                placed.stream()
                        .mapToLong(segment -> segment.ref().getData().getBytes())
                        .sum(),
                placed.stream()
                        .filter(segment -> segment.origin() == Placed.Origin.WRITTEN)
                        .mapToLong(segment -> segment.ref().getData().getBytes())
                        .sum(),
                runBytes);
    }

    /** What another had made already. */
    static Done by(String what, long seq, long revision, List<Member> members) {
        return new Done(
                what,
                seq,
                revision,
                members.size(),
                members.stream()
                        .mapToLong(member -> member.getSegment().getData().getBytes())
                        .sum(),
                0,
                0);
    }

    @Override
    public String toString() {
        return what + " " + seq + " up to revision " + revision + ": " + segments + " segments, " + bytes + " bytes, "
                + writtenBytes + " of them written anew, " + runBytes + " bytes of index runs written";
    }
}
