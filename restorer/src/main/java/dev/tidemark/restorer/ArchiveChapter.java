package dev.tidemark.restorer;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.archive.catalog.ChainSize;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.GenerationCatalog;
import dev.tidemark.archive.segment.KeyEntry;
import dev.tidemark.archive.segment.LiveSets;
import dev.tidemark.archive.segment.Segment;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.BaseDescriptor;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.KeptBase;
import dev.tidemark.schemas.avro.LiveSet;
import dev.tidemark.schemas.avro.ManifestRow;
import dev.tidemark.schemas.avro.Member;
import dev.tidemark.schemas.avro.TimeProof;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.roaringbitmap.RoaringBitmap;

/** A generation as it stands in the archive, with the tail that the topic holds beyond it. Thread-safe. */
final class ArchiveChapter implements Chapter {
    private final ClusterArchive archive;
    private final GenerationCatalog catalog;
    private final List<BaseManifest> bases;
    private final Optional<BaseManifest> oldest;
    private final Optional<CheckpointManifest> head;
    private final Optional<Hole> end;
    private final Optional<Tail> tail;
    private final Set<String> doneWithout = new ConcurrentSkipListSet<>();

    ArchiveChapter(ClusterArchive archive, GenerationCatalog catalog, Optional<Hole> end, Optional<Tail> tail) {
        this.archive = archive;
        this.catalog = catalog;
        this.bases = catalog.bases();
        this.oldest = findOldest();
        this.head = catalog.head(0);
        this.end = end;
        this.tail = tail;
    }

    @Override
    public String generation() {
        return catalog.header().getGeneration();
    }

    @Override
    public long openedAtMillis() {
        return catalog.header().getOpenedAtMillis();
    }

    @Override
    public List<BaseManifest> bases() {
        return bases;
    }

    private Optional<BaseManifest> oldestOf(Stream<BaseManifest> synthetic) {
        return Stream.concat(bases.stream(), synthetic)
                .min(Comparator.comparingLong(manifest -> manifest.getBase().getRevision()));
    }

    /**
     * Since when every revision comes back. A later base that is damaged must not hide the one that this rests on; and
     * where that one is, what the next one brings back is not lost with it, nor are kept moments.
     */
    private Optional<BaseManifest> findOldest() {
        long since = catalog.floors().baseRevision();
        if (since == 0 || bases.stream().anyMatch(base -> base.getBase().getRevision() == since)) {
            return oldestOf(Stream.empty());
        }
        Optional<BaseManifest> found = derived(() -> catalog.synthetic(since), Optional.empty());
        if (found.isEmpty()) {
            found = derived(
                    () -> catalog.firstSynthetic().filter(base -> base.getBase().getRevision() == since),
                    Optional.empty());
        }
        if (found.isEmpty()) {
            found = derived(() -> firstAfter(since), Optional.empty());
        }
        return oldestOf(found.stream());
    }

    private Optional<BaseManifest> firstAfter(long revision) {
        return catalog.syntheticRows().stream()
                .filter(row -> row.getLast() > revision)
                .findFirst()
                .flatMap(row -> catalog.synthetic(row.getLast()));
    }

    @Override
    public Optional<BaseManifest> oldest() {
        return oldest;
    }

    @Override
    public boolean isGivenUp() {
        return catalog.floors().isOver();
    }

    @Override
    public List<KeptBase> kept() {
        return catalog.floors().kept();
    }

    @Override
    public BaseManifest open(KeptBase kept) {
        return catalog.kept(kept);
    }

    @Override
    public Optional<BaseManifest> synthetic(long revision) {
        Optional<BaseManifest> without = oldest.filter(
                base -> base.getSynthesis() != null && base.getBase().getRevision() <= revision);
        return derived(() -> catalog.synthetic(revision), without);
    }

    /**
     * Levels, later synthetic bases and proofs of time are worked out from the rest of the archive: where one of them is
     * damaged or gone, the rest is read.
     */
    private <T> T derived(Supplier<T> reading, T without) {
        try {
            return reading.get();
        } catch (ArchiveException e) {
            if (e.failure() != Failure.VERIFICATION) {
                throw e;
            }
            doneWithout.add(e.getMessage());
            return without;
        }
    }

    /** What is damaged, and was not needed. */
    Set<String> doneWithout() {
        return doneWithout;
    }

    @Override
    public int levels() {
        return catalog.levels();
    }

    @Override
    public List<CheckpointManifest> inside(int level, long first, long last) {
        // a level may have been committed since level 0 was read, and reach into what comes from the topic
        long until = Math.min(last, head.map(CheckpointManifest::getLast).orElse(0L));
        return first > until
                ? List.of()
                : derived(() -> catalog.inside(level, new RevisionRange(first, until)), List.of());
    }

    @Override
    public Optional<CheckpointManifest> head() {
        return head;
    }

    @Override
    public Optional<TailFacts> tail() {
        return tail.flatMap(Tail::facts);
    }

    @Override
    public long provenMillis() {
        long last = Reach.isRestorable(this) ? Reach.latest(this) : 0;
        long archived = derived(catalog::timeProof, Optional.<TimeProof>empty())
                .filter(proof -> proof.getRevision() == last)
                .map(TimeProof::getAtMillis)
                .orElse(0L);
        return Math.max(archived, tail.map(Tail::provenMillis).orElse(0L));
    }

    /** Up to when the archive alone says that the source committed nothing after the archive's last revision. */
    private Optional<Long> archivedUntil() {
        long last =
                head.map(CheckpointManifest::getLast).orElse(catalog.header().getBaseRevision());
        return derived(catalog::timeProof, Optional.<TimeProof>empty())
                .filter(proof -> proof.getRevision() == last)
                .map(TimeProof::getAtMillis);
    }

    /** Up to when it can be restored from the archive alone; empty if nothing of it can. */
    OptionalLong archivedMillis() {
        if (!Reach.isRestorable(this)) {
            return OptionalLong.empty();
        }
        return Stream.of(
                        head.map(CheckpointManifest::getLastCapturedAtMillis).stream(),
                        archivedUntil().stream(),
                        bases.stream().map(base -> base.getBase().getCapturedAtMillis()),
                        oldest.stream().map(base -> base.getBase().getCapturedAtMillis()),
                        kept().stream().map(KeptBase::getCapturedAtMillis))
                .flatMap(times -> times)
                .mapToLong(Long::longValue)
                .max();
    }

    /** How large its chains are: base, synthetic, and the levels' numbers. */
    Map<String, ChainSize> sizes() {
        Map<String, ChainSize> sizes = new LinkedHashMap<>();
        List<ManifestRow> rows = catalog.baseRows();
        sizes.put(
                "base",
                new ChainSize(
                        rows.size(),
                        rows.stream().mapToLong(ManifestRow::getBytes).sum()));
        sizes.put("synthetic", derived(catalog::syntheticBases, ChainSize.NONE));
        for (int level = 0; level <= catalog.levels(); level++) {
            int of = level;
            sizes.put(Integer.toString(level), derived(() -> catalog.size(of), ChainSize.NONE));
        }
        return sizes;
    }

    @Override
    public Optional<Hole> end() {
        return end;
    }

    /** The tail itself. */
    Optional<Tail> openTail() {
        return tail;
    }

    @Override
    public List<CheckpointManifest> checkpoints(long first, long last) {
        long until = Math.min(last, head.map(CheckpointManifest::getLast).orElse(0L));
        return first > until ? List.of() : catalog.checkpoints(new RevisionRange(first, until));
    }

    @Override
    public Moment moment(long revision) {
        Optional<Long> ofBase = kept().stream()
                .filter(kept -> kept.getFirst() <= revision && revision <= kept.getLast())
                .map(KeptBase::getCapturedAtMillis)
                .findFirst()
                .or(() -> oldest.map(BaseManifest::getBase)
                        .filter(base -> revision <= base.getRevision())
                        .map(BaseDescriptor::getCapturedAtMillis));
        if (ofBase.isPresent()) {
            return new Moment(generation(), revision, 0, ofBase.get());
        }
        try {
            return stretchOf(revision)
                    .map(stretch -> stretch.changeOf(revision))
                    .map(change ->
                            new Moment(generation(), revision, change.notBeforeMillis(), change.capturedAtMillis()))
                    .orElseGet(() -> new Moment(generation(), revision, 0, 0));
        } catch (ArchiveException e) {
            return momentOfBase(revision, e);
        }
    }

    /** A base that was worked out at a revision brings that back without the log, and knows when it was captured. */
    private Moment momentOfBase(long revision, ArchiveException failure) {
        if (failure.failure() != Failure.VERIFICATION) {
            throw failure;
        }
        BaseDescriptor base = synthetic(revision)
                .map(BaseManifest::getBase)
                .filter(found -> found.getRevision() == revision)
                .orElseThrow(() -> failure);
        doneWithout.add(failure.getMessage());
        return new Moment(generation(), revision, 0, base.getCapturedAtMillis());
    }

    @Override
    public OptionalLong lastCapturedBy(long millis) {
        Predicate<Change> captured = change -> change.capturedAtMillis() <= millis;
        Optional<Change> inTail = tail.flatMap(Tail::stretch).flatMap(stretch -> stretch.lastWhile(captured));
        Optional<Change> found = inTail.isPresent()
                ? inTail
                : head.flatMap(known -> catalog.checkpointAt(millis))
                        .flatMap(checkpoint -> stretch(checkpoint).lastWhile(captured));
        return found.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(found.get().main());
    }

    @Override
    public OptionalLong lastPossiblyBefore(long millis) {
        long next = Math.max(lastCapturedBy(millis).orElse(0), knownSince()) + 1;
        OptionalLong found = OptionalLong.empty();
        Optional<Stretch> stretch = stretchOf(next);
        while (stretch.isPresent()) {
            Optional<Change> possible =
                    stretch.get().lastPossiblyBefore(millis).filter(change -> change.main() >= next);
            if (possible.isEmpty()) {
                return found;
            }
            found = OptionalLong.of(possible.get().main());
            stretch = stretchOf(stretch.get().range().last() + 1);
        }
        return found;
    }

    @Override
    public OptionalLong lastDeath(byte[] key) {
        DeathSearch search = new DeathSearch();
        tail.flatMap(Tail::stretch).ifPresent(stretch -> stretch.versionsNewestFirst(key, search::visit));
        searchCheckpoints(key, search);
        if (!search.isDone()) {
            oldest.ifPresent(base -> searchBase(base, key, search));
        }
        return search.found();
    }

    /** The revision of the oldest base that counts. */
    private long knownSince() {
        return oldest.map(base -> base.getBase().getRevision()).orElse(0L);
    }

    /** Goes back in windows that double, so that a recent death is found without opening every manifest. */
    private void searchCheckpoints(byte[] key, DeathSearch search) {
        long floor = knownSince();
        long last = head.map(CheckpointManifest::getLast).orElse(floor);
        long window =
                head.map(newest -> newest.getLast() - newest.getFirst() + 1).orElse(1L);
        while (last > floor && !search.isDone()) {
            List<CheckpointManifest> found = checkpoints(Math.max(floor + 1, last - window + 1), last);
            for (int i = found.size() - 1; i >= 0 && !search.isDone(); i--) {
                stretch(found.get(i)).versionsNewestFirst(key, search::visit);
            }
            if (found.isEmpty()) {
                return;
            }
            last = found.get(0).getFirst() - 1;
            window *= 2;
        }
    }

    /**
     * Of a base's records up to C only those that were live there say anything: others are leftovers of a compaction, or
     * what segments still hold though it was given up.
     */
    private void searchBase(BaseManifest manifest, byte[] key, DeathSearch search) {
        List<Member> members = manifest.getBase().getMembers();
        for (int i = members.size() - 1; i >= 0 && !search.isDone(); i--) {
            Member member = members.get(i);
            Segment segment = open(member);
            Optional<LiveSet> known = Optional.ofNullable(
                    manifest.getSynthesis() == null ? member.getLiveAtCompaction() : member.getLive());
            Optional<RoaringBitmap> live = known.map(set -> liveSet(set, member, manifest));
            List<KeyEntry> versions = segment.versions(key);
            for (int v = versions.size() - 1; v >= 0 && !search.isDone(); v--) {
                KeyEntry version = versions.get(v);
                if (live.isEmpty() || live.get().contains(version.ordinal())) {
                    search.visit(version);
                }
            }
        }
    }

    private Optional<Stretch> stretchOf(long revision) {
        Optional<Stretch> topic =
                tail.flatMap(Tail::stretch).filter(stretch -> stretch.range().contains(revision));
        return topic.isPresent()
                ? topic
                : checkpoints(revision, revision).stream().findFirst().map(this::stretch);
    }

    private Stretch stretch(CheckpointManifest checkpoint) {
        return new Stretch(
                new RevisionRange(checkpoint.getFirst(), checkpoint.getLast()),
                checkpoint.getMembers().stream().map(this::open).toList());
    }

    /**
     * Where a plan's leases, users and roles come from; one listing and one or two reads. A kept moment needs nothing but
     * its own base.
     */
    SideUse side(RestorePlan plan) {
        boolean kept = isGivenUp() || plan.revision() < catalog.floors().baseRevision();
        return SideUse.of(plan, bases, kept ? Optional.empty() : catalog.side(plan.revision()));
    }

    /** A segment of the archive, opened. */
    Segment open(Member member) {
        return Segment.open(archive.store(), archive.root(), member.getSegment());
    }

    private RoaringBitmap liveSet(LiveSet set, Member member, BaseManifest owner) {
        return LiveSets.read(
                set,
                member.getSegment(),
                archive.store(),
                archive.root(),
                "base " + owner.getSeq() + " of " + generation());
    }
}
