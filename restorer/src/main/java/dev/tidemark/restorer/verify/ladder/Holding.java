package dev.tidemark.restorer.verify.ladder;

import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.BaseDescriptor;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.IndexRun;
import dev.tidemark.schemas.avro.LiveSet;
import dev.tidemark.schemas.avro.Member;
import dev.tidemark.schemas.avro.ObjectRef;
import dev.tidemark.schemas.avro.RunFile;
import dev.tidemark.schemas.avro.SeenLease;
import dev.tidemark.schemas.avro.SegmentRef;
import dev.tidemark.schemas.avro.SideManifest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The data that one manifest names.
 *
 * @param owner the manifest's name in the store
 * @param ownerExposed what cannot be restored if the manifest itself is wrong
 * @param segments segments in revision order
 * @param sides side files
 * @param leases lease files
 * @param runs index runs, oldest first
 * @param content what its records must be; empty where there are none
 * @param origin what it was worked out from; empty where it was not
 */
record Holding(
        String owner,
        Supplier<Optional<RevisionRange>> ownerExposed,
        List<Held> segments,
        List<Part> sides,
        List<Part> leases,
        List<IndexRun> runs,
        Optional<Content> content,
        Optional<Supplier<Origin>> origin) {
    /**
     * A segment as a manifest sees it.
     *
     * @param member what the manifest says
     * @param data its two files
     * @param live its live sets that are objects of their own
     */
    record Held(Member member, List<Part> data, List<Part> live) {}

    /** Which revisions the records of a manifest make up. */
    enum Density {
        /** Every revision of the range, whole. */
        EVERY_REVISION,
        /** Every revision after the compaction, and what was left before it. */
        SINCE_COMPACTION,
        /** What was left of the range. */
        FOLDED,
        /** What was left of everything up to the last revision. */
        STATE
    }

    /**
     * What the records of a manifest must be.
     *
     * @param density which revisions there are
     * @param first the first revision; of a base its compaction revision
     * @param last the last one
     * @param digest the content digest
     * @param nextOffset what the digest ends with
     */
    record Content(Density density, long first, long last, String digest, long nextOffset) {}

    /**
     * What the records of a merge come from: the survivors of all records in the level below, or of the base before and
     * what followed it.
     *
     * @param digests the content digests of what was merged, where the digest is over them too
     * @param sources the segments, in revision order
     * @param leases what it says of leases, and what those say from which it was worked out
     * @param raw whether the segments hold every record of what was merged
     * @param runs the index runs of what was merged, as far as it has any
     */
    record Origin(List<String> digests, List<Source> sources, Leases leases, boolean raw, List<IndexRun> runs) {}

    /**
     * The leases of a merge.
     *
     * @param own those that it names
     * @param from those of each manifest that was merged, oldest first
     * @param after those that were named up to this revision are left out
     */
    record Leases(Named own, List<Named> from, long after) {}

    /**
     * The leases that one manifest names: in it, or in an object of their own.
     *
     * @param file that object; null if there is none
     */
    record Named(List<SeenLease> inlined, ObjectRef file) {
        static Named of(CheckpointManifest checkpoint) {
            return checkpoint.getMerge() == null
                    ? new Named(
                            checkpoint.getLeases().stream()
                                    .map(lease ->
                                            new SeenLease(lease.getId(), lease.getTtlSeconds(), checkpoint.getLast()))
                                    .toList(),
                            null)
                    : new Named(
                            checkpoint.getMerge().getLeases(),
                            checkpoint.getMerge().getLeaseFile());
        }

        static Named of(BaseManifest base) {
            return base.getSynthesis() == null
                    ? new Named(List.of(), null)
                    : new Named(
                            base.getSynthesis().getLeases(), base.getSynthesis().getLeaseFile());
        }
    }

    /**
     * A segment that was merged.
     *
     * @param owner the manifest that names it
     * @param segment the segment
     * @param live its records that count; empty if all do
     * @param after records up to this revision don't count
     */
    record Source(String owner, SegmentRef segment, Optional<LiveSet> live, long after) {}

    /** All objects that are named. */
    List<Part> parts() {
        return Stream.of(
                        segments.stream().flatMap(held -> Stream.concat(held.data().stream(), held.live().stream())),
                        sides.stream(),
                        leases.stream(),
                        runs.stream().flatMap(run -> run.getFiles().stream()).map(Holding::part))
                .flatMap(parts -> parts)
                .toList();
    }

    /** A file of an index run: lookups do without it. */
    static Part part(RunFile file) {
        return new Part(file.getFile(), Optional::empty);
    }

    static Holding of(String owner, CheckpointManifest manifest, Exposure exposure) {
        long last = manifest.getLast();
        List<Held> segments = new ArrayList<>();
        for (Member member : manifest.getMembers()) {
            long from = member.getSegment().getFirstMain();
            segments.add(new Held(
                    member,
                    files(member, () -> exposure.ofCheckpoint(from, last)),
                    objects(member.getLive(), () -> exposure.ofCheckpoint(last, last))));
        }
        return new Holding(
                owner,
                () -> exposure.ofCheckpoint(manifest.getFirst(), last),
                segments,
                List.of(),
                List.of(),
                List.of(),
                Optional.of(new Content(
                        Density.EVERY_REVISION,
                        manifest.getFirst(),
                        last,
                        manifest.getContentDigest(),
                        manifest.getPosition().getNextOffset())),
                Optional.empty());
    }

    /** Of a checkpoint of level 1 or more. */
    static Holding ofMerged(String owner, CheckpointManifest manifest, Exposure exposure, Descent descent) {
        long first = manifest.getFirst();
        long last = manifest.getLast();
        Supplier<Optional<RevisionRange>> exposed = () -> exposure.ofMerged(last, first);
        return new Holding(
                owner,
                exposed,
                whole(manifest.getMembers(), exposed),
                List.of(),
                leaseFile(manifest.getMerge().getLeaseFile(), exposed),
                manifest.getMerge().getRun() == null
                        ? List.of()
                        : List.of(manifest.getMerge().getRun()),
                Optional.of(new Content(
                        Density.FOLDED,
                        first,
                        last,
                        manifest.getContentDigest(),
                        manifest.getPosition().getNextOffset())),
                Optional.of(() -> descent.origin(manifest)));
    }

    /** Of a synthetic base; the base that it stands on is known only when the chain was walked further. */
    static Holding ofSynthetic(String owner, BaseManifest manifest, Exposure exposure, Descent descent) {
        BaseDescriptor base = manifest.getBase();
        long revision = base.getRevision();
        long side = manifest.getSynthesis().getSide().getRevision();
        Supplier<Optional<RevisionRange>> exposed = () -> exposure.ofBase(revision, revision);
        return new Holding(
                owner,
                exposed,
                whole(base.getMembers(), exposed),
                List.of(new Part(base.getSide(), () -> exposure.ofSide(side, side))),
                leaseFile(manifest.getSynthesis().getLeaseFile(), exposed),
                manifest.getSynthesis().getRuns(),
                Optional.of(new Content(Density.STATE, revision, revision, base.getContentDigest(), 0)),
                Optional.of(() -> descent.origin(manifest)));
    }

    private static List<Held> whole(List<Member> members, Supplier<Optional<RevisionRange>> exposed) {
        return members.stream()
                .map(member -> new Held(member, files(member, exposed), objects(member.getLive(), exposed)))
                .toList();
    }

    private static List<Part> leaseFile(ObjectRef file, Supplier<Optional<RevisionRange>> exposed) {
        return file == null ? List.of() : List.of(new Part(file, exposed));
    }

    static Holding of(String owner, BaseDescriptor base, Exposure exposure) {
        long revision = base.getRevision();
        long compacted = base.getCompactRevision();
        List<Held> segments = new ArrayList<>();
        for (Member member : base.getMembers()) {
            long from = Math.max(compacted, member.getSegment().getFirstMain());
            List<Part> live = new ArrayList<>(objects(member.getLive(), () -> exposure.ofBase(revision, revision)));
            if (member.getLiveAtCompaction() != null) {
                live.addAll(objects(member.getLiveAtCompaction(), () -> exposure.within(compacted, revision - 1)));
            }
            segments.add(new Held(member, files(member, () -> exposure.ofBase(from, revision)), live));
        }
        return new Holding(
                owner,
                () -> exposure.ofBase(compacted, revision),
                segments,
                List.of(new Part(base.getSide(), () -> exposure.ofSide(compacted, revision))),
                List.of(),
                List.of(),
                Optional.of(new Content(Density.SINCE_COMPACTION, compacted, revision, base.getContentDigest(), 0)),
                Optional.empty());
    }

    static Holding of(String owner, SideManifest manifest, Exposure exposure) {
        long revision = manifest.getSide().getRevision();
        Supplier<Optional<RevisionRange>> exposed = () -> exposure.ofSide(revision, revision);
        return new Holding(
                owner,
                exposed,
                List.of(),
                List.of(new Part(manifest.getSide().getObject(), exposed)),
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty());
    }

    private static List<Part> files(Member member, Supplier<Optional<RevisionRange>> exposed) {
        return List.of(
                new Part(member.getSegment().getData(), exposed),
                new Part(member.getSegment().getIndex(), exposed));
    }

    private static List<Part> objects(LiveSet set, Supplier<Optional<RevisionRange>> exposed) {
        ObjectRef object = set.getObject();
        return object == null ? List.of() : List.of(new Part(object, exposed));
    }
}
