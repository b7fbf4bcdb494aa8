package dev.tidemark.restorer.verify;

import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.BaseDescriptor;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.LiveSet;
import dev.tidemark.schemas.avro.Member;
import dev.tidemark.schemas.avro.ObjectRef;
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
 * @param content what its records must be; empty where there are none
 */
record Holding(
        String owner,
        Supplier<Optional<RevisionRange>> ownerExposed,
        List<Held> segments,
        List<Part> sides,
        Optional<Content> content) {
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
        FOLDED
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

    /** All objects that are named. */
    List<Part> parts() {
        return Stream.concat(
                        segments.stream().flatMap(held -> Stream.concat(held.data().stream(), held.live().stream())),
                        sides.stream())
                .toList();
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
        Density density = manifest.getLevel() == 0 ? Density.EVERY_REVISION : Density.FOLDED;
        return new Holding(
                owner,
                () -> exposure.ofCheckpoint(manifest.getFirst(), last),
                segments,
                List.of(),
                Optional.of(new Content(
                        density,
                        manifest.getFirst(),
                        last,
                        manifest.getContentDigest(),
                        manifest.getPosition().getNextOffset())));
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
                Optional.of(new Content(Density.SINCE_COMPACTION, compacted, revision, base.getContentDigest(), 0)));
    }

    static Holding of(String owner, SideManifest manifest, Exposure exposure) {
        long revision = manifest.getSide().getRevision();
        Supplier<Optional<RevisionRange>> exposed = () -> exposure.ofSide(revision, revision);
        return new Holding(
                owner,
                exposed,
                List.of(),
                List.of(new Part(manifest.getSide().getObject(), exposed)),
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
