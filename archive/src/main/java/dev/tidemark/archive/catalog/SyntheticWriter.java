package dev.tidemark.archive.catalog;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.avro.BaseDescriptor;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.GenerationHeader;
import dev.tidemark.schemas.avro.SideState;
import dev.tidemark.schemas.avro.Synthesis;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Commits the synthetic bases of one generation: each follows from the one before and the next hour's checkpoint, so
 * whose stands under a name makes no difference. What this writer knows of their chain it keeps. Not thread-safe.
 */
public final class SyntheticWriter {
    private final ClusterObjects objects;
    private final ObjectReader reader;
    private final Settlement settlement;
    private final GenerationHeader header;
    /** Null until it is asked for. */
    private Optional<Stored<BaseManifest>> head;

    SyntheticWriter(ClusterObjects objects, ObjectReader reader, Settlement settlement, GenerationHeader header) {
        this.objects = objects;
        this.reader = reader;
        this.settlement = settlement;
        this.header = header;
    }

    private Optional<Stored<BaseManifest>> stored() {
        if (head == null) {
            head = reader.newestSynthetic(header.getGeneration());
        }
        return head;
    }

    /** The newest one that this writer knows; two requests at the first time. */
    public Optional<BaseManifest> head() {
        return stored().map(Stored::content);
    }

    /** The bases that came with snapshots and count, oldest first; two listings, and one read each. */
    public List<BaseManifest> snapshots() {
        return SnapshotBases.counting(reader, reader.newestBase(header.getGeneration()), floors());
    }

    private Floors floors() {
        return reader.floors(header.getGeneration());
    }

    /**
     * The side state in force at a revision: of those up to it the one with the largest revision, of several the one taken
     * last; empty if there is none.
     *
     * @param snapshots the bases that came with snapshots
     */
    public Optional<SideState> side(long revision, List<BaseManifest> snapshots) {
        String generation = header.getGeneration();
        SideChain chain = new SideChain(reader, generation, floors().first(ArchiveLayout.sideManifests(generation)));
        Optional<SideState> renewed = chain.newest()
                .flatMap(newest -> chain.upTo(newest, revision))
                .map(found -> found.content().getSide());
        Stream<SideState> former = head().map(base -> base.getSynthesis().getSide()).stream();
        return Stream.of(
                        former,
                        renewed.stream(),
                        snapshots.stream().map(BaseManifest::getBase).map(SyntheticWriter::side))
                .flatMap(sides -> sides)
                .filter(side -> side.getRevision() <= revision)
                .max(Comparator.comparingLong(SideState::getRevision).thenComparingLong(SideState::getTakenAtMillis));
    }

    /**
     * Commits a base as the successor of {@link #head}.
     *
     * @return what stands there: ours, or another's of the same content, whose data then counts and ours does not
     * @throws ArchiveException of kind VERIFICATION if something else stands there
     * @throws dev.tidemark.archive.store.StoreUnavailableException if the outcome could not be settled in time
     */
    public BaseManifest commit(SyntheticDraft draft) {
        BaseManifest own = manifest(draft);
        String name = ArchiveLayout.syntheticBase(header.getGeneration(), own.getSeq());
        byte[] found = settlement.createAndRead(name, ObjectCodec.encode(ObjectKind.SYNTHETIC_BASE, own));
        return taken(draft.lastHour().getLast(), draft.contentDigest(), found);
    }

    /**
     * What stands already where the next base goes; one request. It is judged as {@link #commit} does, so that nothing is
     * uploaded for a place that is taken, and then the {@link #head}.
     *
     * @return another's of the same content; empty if nothing stands there yet
     * @throws ArchiveException of kind VERIFICATION if something else stands there
     */
    public Optional<BaseManifest> standing(long revision, String contentDigest) {
        return objects.find(ArchiveLayout.syntheticBase(header.getGeneration(), nextSeq()))
                .map(found -> taken(revision, contentDigest, found));
    }

    /** The sequence number of the base that follows the {@link #head}. */
    public long nextSeq() {
        return stored().map(last -> last.content().getSeq() + 1).orElse(0L);
    }

    private BaseManifest taken(long revision, String contentDigest, byte[] found) {
        String name = ArchiveLayout.syntheticBase(header.getGeneration(), nextSeq());
        Stored<BaseManifest> standing = reader.synthetic(header.getGeneration(), name, found);
        if (!isSame(revision, contentDigest, standing.content())) {
            throw new ArchiveException(
                    Failure.VERIFICATION,
                    objects.full(name) + " stands there already, with other content than its hours give",
                    "was it written by another version of Tidemark? restores take another base");
        }
        head = Optional.of(standing);
        return standing.content();
    }

    /**
     * The state at a revision does not depend on the way there. Where the chain begins depends on the snapshots that were
     * known then: another beginning is as good.
     */
    private boolean isSame(long revision, String contentDigest, BaseManifest standing) {
        boolean sameRevision = standing.getBase().getRevision() == revision;
        return standing.getPreviousSha256().equals(headSha256())
                && (sameRevision ? standing.getBase().getContentDigest().equals(contentDigest) : nextSeq() == 0);
    }

    private String headSha256() {
        return stored().map(Stored::sha256).orElse("");
    }

    private BaseManifest manifest(SyntheticDraft draft) {
        int fanout = header.getPolicy().getCatalogFanout();
        Optional<CatalogPages> pages = stored().map(CatalogPages::ofBase);
        return BaseManifest.newBuilder()
                .setFormatVersion(ObjectCodec.FORMAT_VERSION)
                .setSeq(nextSeq())
                .setPreviousSha256(headSha256())
                .setBase(descriptor(draft))
                .setRecent(pages.map(last -> last.recentAfter(fanout)).orElse(List.of()))
                .setPages(pages.map(last -> last.pagesAfter(fanout)).orElse(List.of()))
                .setSynthesis(new Synthesis(
                        draft.former().getBase().getRevision(),
                        draft.former().getBase().getContentDigest(),
                        draft.hours(),
                        draft.side(),
                        draft.data().leases(),
                        draft.data().leaseFile().orElse(null),
                        draft.data().runs()))
                .build();
    }

    /** It knows one state only, so both its revisions are the same; nothing in it pretends to come from a snapshot. */
    private BaseDescriptor descriptor(SyntheticDraft draft) {
        return BaseDescriptor.newBuilder()
                .setFormatVersion(ObjectCodec.FORMAT_VERSION)
                .setGeneration(header.getGeneration())
                .setRevision(draft.lastHour().getLast())
                .setCompactRevision(draft.lastHour().getLast())
                .setCapturedAtMillis(draft.lastHour().getLastCapturedAtMillis())
                .setSnapshotSha256("")
                .setSnapshotBytes(0)
                .setSourceVersion(draft.former().getBase().getSourceVersion())
                .setSourceEndpoint("")
                .setSourceMemberId(0)
                .setMembers(draft.data().members())
                .setSide(draft.side().getObject())
                .setContentDigest(draft.contentDigest())
                .build();
    }

    /** The auth revision of a snapshot's own side state is not told; nobody compares it here. */
    private static SideState side(BaseDescriptor base) {
        return new SideState(base.getRevision(), 0L, base.getCapturedAtMillis(), base.getSide());
    }
}
