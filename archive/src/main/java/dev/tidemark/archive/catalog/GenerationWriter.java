package dev.tidemark.archive.catalog;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.store.StoreUnavailableException;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.BaseDescriptor;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.GenerationHeader;
import dev.tidemark.schemas.avro.SideManifest;
import dev.tidemark.schemas.avro.TimeProof;
import dev.tidemark.schemas.avro.TopicPosition;
import dev.tidemark.schemas.topic.TopicEvent;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Commits what belongs to one generation; used by the compactor alone. Any number of writers may try: at most one
 * manifest ever follows another. Not thread-safe: one thread commits, in order.
 */
public final class GenerationWriter {
    /** One answer may be the way's. */
    private static final int LOOKS = 2;

    private final ObjectReader reader;
    private final ClusterObjects objects;
    private final Settlement settlement;
    private final GenerationHeader header;
    private Optional<Stored<CheckpointManifest>> head;

    private GenerationWriter(
            ClusterObjects objects,
            ObjectReader reader,
            Settlement settlement,
            GenerationHeader header,
            Optional<Stored<CheckpointManifest>> head) {
        this.objects = objects;
        this.reader = reader;
        this.settlement = settlement;
        this.header = header;
        this.head = head;
    }

    static GenerationWriter open(
            ClusterObjects objects, ObjectReader reader, Settlement settlement, GenerationHeader header) {
        return new GenerationWriter(
                objects, reader, settlement, header, reader.newestCheckpoint(header.getGeneration(), 0));
    }

    /** The generation's header as it stands in the archive. */
    public GenerationHeader header() {
        return header;
    }

    /** The newest checkpoint that this writer knows: the position from which the topic is read on. */
    public Optional<CheckpointManifest> head() {
        return head.map(Stored::content);
    }

    /** The revision that the next checkpoint must begin with. */
    public long nextRevision() {
        return head.map(last -> last.content().getLast()).orElse(header.getBaseRevision()) + 1;
    }

    /**
     * Gives an uploaded base its place. A base that has one already keeps it, so this may be repeated.
     *
     * @param descriptor the descriptor object's name, as the topic says it
     * @param sha256 of the descriptor object, as the topic says it
     * @throws DamagedObjectException if the descriptor is not what the topic says, or of another generation, or an object
     *     that it names is missing or has another length
     */
    public BaseManifest commitBase(String descriptor, String sha256) {
        BaseDescriptor base = reader.descriptor(descriptor, sha256);
        if (!base.getGeneration().equals(header.getGeneration())) {
            throw new DamagedObjectException(
                    objects.full(descriptor),
                    "is a base of generation " + base.getGeneration() + ", not " + header.getGeneration());
        }
        return new BaseCommit(objects, reader, settlement, header.getGeneration()).commit(base);
    }

    /**
     * Gives an uploaded side state its place. One that has one already keeps it, so this may be repeated; one that is
     * older than the newest gets none.
     *
     * @return the manifest that holds it; if it gets no place, the newest one
     * @throws DamagedObjectException if the object is not what the topic says, or of another generation
     */
    public SideManifest commitSide(TopicEvent.SideReady event) {
        return new SideCommit(objects, reader, settlement, header.getGeneration(), floors()).commit(event);
    }

    /**
     * Whether nothing is kept any more that needs a base of a revision. Its data may be deleted then, so it gets no place,
     * however often the topic tells of it. Where that cannot be read it gets one: a base that does not count harms nobody.
     */
    public boolean isGivenUp(long revision) {
        try {
            Floors floors = floors();
            return floors.isOver() || revision < floors.baseRevision();
        } catch (DamagedObjectException unknown) {
            return false;
        }
    }

    private Floors floors() {
        return reader.floors(header.getGeneration());
    }

    /**
     * Commits the proof that the source committed nothing after the last revision until a time, if the newest proof does not
     * say as much already.
     *
     * @return the newest one then
     * @throws IllegalArgumentException if the revision is not the one before {@link #nextRevision}
     */
    public TimeProof commitTime(long revision, long atMillis, TopicPosition position) {
        if (revision != nextRevision() - 1) {
            throw new IllegalArgumentException(
                    "a proof for revision " + revision + ", but the next is " + nextRevision());
        }
        return new TimeCommit(reader, settlement, header.getGeneration()).commit(revision, atMillis, position);
    }

    /** The newest proof of time: one listing and one read. */
    public Optional<TimeProof> timeProof() {
        return reader.newestTime(header.getGeneration()).map(Stored::content);
    }

    /** As {@link #commit(CheckpointDraft, ContentDigests)}, taking no other cut for an equal one. */
    public CommitResult commit(CheckpointDraft draft) {
        return commit(draft, ContentDigests.NONE);
    }

    /**
     * Commits a checkpoint as the successor of {@link #head}. The data it names must be uploaded. After anything but
     * {@link CommitResult.Fenced} the head is the manifest of the result.
     *
     * @throws IllegalArgumentException if the draft does not begin at {@link #nextRevision}, or its members don't fit it
     * @throws ArchiveException of kind VERIFICATION if the header, or the checkpoint before, is gone: what this writer and its
     *     process remember of the archive does not hold any more
     * @throws StoreUnavailableException if the outcome could not be settled in time: the same
     *     draft's data may yet become committed; upload again and commit again, the outcome is found out then
     */
    public CommitResult commit(CheckpointDraft draft, ContentDigests digests) {
        checkFits(draft);
        requireHeld();
        CheckpointManifest manifest = manifest(draft);
        String name = ArchiveLayout.checkpoint(header.getGeneration(), 0, manifest.getSeq());
        byte[] own = ObjectCodec.encode(ObjectKind.CHECKPOINT, manifest);
        byte[] found = settlement.createAndRead(name, own);
        Stored<CheckpointManifest> standing = reader.checkpoint(header.getGeneration(), 0, name, found);
        if (Arrays.equals(found, own)) {
            head = Optional.of(standing);
            return new CommitResult.Committed(standing.content());
        }
        Optional<String> difference = difference(manifest, standing.content(), digests);
        if (difference.isPresent()) {
            return new CommitResult.Fenced(
                    standing.content(), objects.full(name) + " stands there already, " + difference.get());
        }
        head = Optional.of(standing);
        return new CommitResult.AlreadyThere(standing.content());
    }

    /** Nothing deletes what a checkpoint follows; two looks cost little beside a commit. */
    private void requireHeld() {
        requireHeld(ArchiveLayout.header(header.getNumber()));
        head.map(last -> last.content().getSeq())
                .ifPresent(seq -> requireHeld(ArchiveLayout.checkpoint(header.getGeneration(), 0, seq)));
    }

    private void requireHeld(String name) {
        if (IntStream.range(0, LOOKS).noneMatch(look -> mayStand(name))) {
            throw new ArchiveException(
                    Failure.VERIFICATION,
                    "the archive has lost " + objects.full(name) + ", which revisions from " + nextRevision()
                            + " on follow",
                    "start again: what the topic still holds is archived again then; find out what deletes from the store");
        }
    }

    /** A store that does not answer now is asked patiently when the commit is settled. */
    private boolean mayStand(String name) {
        try {
            return objects.exists(name);
        } catch (StoreUnavailableException e) {
            return true;
        }
    }

    private void checkFits(CheckpointDraft draft) {
        RevisionRange range = draft.range();
        if (range.first() != nextRevision()) {
            throw new IllegalArgumentException("checkpoint " + range + " does not begin at " + nextRevision());
        }
        long first = draft.members().get(0).getSegment().getFirstMain();
        long last = draft.members().get(draft.members().size() - 1).getSegment().getLastMain();
        if (first != range.first() || last != range.last()) {
            throw new IllegalArgumentException("checkpoint " + range + " with segments of " + first + ".." + last);
        }
    }

    private CheckpointManifest manifest(CheckpointDraft draft) {
        int fanout = header.getPolicy().getCatalogFanout();
        return CheckpointManifest.newBuilder()
                .setFormatVersion(ObjectCodec.FORMAT_VERSION)
                .setGeneration(header.getGeneration())
                .setLevel(0)
                .setSeq(head.map(last -> last.content().getSeq() + 1).orElse(0L))
                .setPreviousSha256(head.map(Stored::sha256).orElse(""))
                .setFirst(draft.range().first())
                .setLast(draft.range().last())
                .setFirstCapturedAtMillis(draft.firstCapturedAtMillis())
                .setLastCapturedAtMillis(draft.lastCapturedAtMillis())
                .setContentDigest(draft.contentDigest())
                .setMembers(draft.members())
                .setLeases(draft.leases())
                .setPosition(draft.position())
                .setRecent(head.map(last -> CatalogPages.of(last).recentAfter(fanout))
                        .orElse(List.of()))
                .setPages(head.map(last -> CatalogPages.of(last).pagesAfter(fanout))
                        .orElse(List.of()))
                .build();
    }

    /** Why what stands there is not the same content as ours; empty if it is. */
    private static Optional<String> difference(
            CheckpointManifest own, CheckpointManifest standing, ContentDigests digests) {
        if (!standing.getPreviousSha256().equals(own.getPreviousSha256()) || standing.getFirst() != own.getFirst()) {
            return Optional.of("with another predecessor");
        }
        // Two cuts may end with the same revision and still go on at different offsets: records without revisions lie
        // between.
        Optional<String> digest = sameCut(own, standing)
                ? Optional.of(own.getContentDigest())
                : digests.upTo(standing.getLast(), standing.getPosition().getNextOffset());
        if (digest.isEmpty()) {
            return Optional.of("cut at " + standing.getLast() + " instead of " + own.getLast());
        }
        return digest.get().equals(standing.getContentDigest())
                ? Optional.empty()
                : Optional.of("with other content up to revision " + standing.getLast());
    }

    private static boolean sameCut(CheckpointManifest own, CheckpointManifest standing) {
        return own.getLast() == standing.getLast()
                && own.getPosition().getNextOffset() == standing.getPosition().getNextOffset();
    }
}
