package dev.tidemark.restorer.history;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.archive.catalog.ChainSize;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.GenerationCatalog;
import dev.tidemark.restorer.tail.Tail;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.BaseDescriptor;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.KeptBase;
import dev.tidemark.schemas.avro.ManifestRow;
import dev.tidemark.schemas.avro.SideManifest;
import dev.tidemark.schemas.avro.TimeProof;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/** A generation as it stands in the archive, with the tail that the topic holds beyond it. Thread-safe. */
public final class ArchiveChapter implements Chapter {
    private final GenerationCatalog catalog;
    private final List<BaseManifest> bases;
    private final Optional<BaseManifest> oldest;
    private final Optional<CheckpointManifest> head;
    private final Optional<Hole> end;
    private final Optional<Tail> tail;
    private final Derived derived = new Derived();
    private final ChapterRecords records;

    ArchiveChapter(ClusterArchive archive, GenerationCatalog catalog, Optional<Hole> end, Optional<Tail> tail) {
        this.catalog = catalog;
        this.bases = catalog.bases();
        this.oldest = findOldest();
        this.head = catalog.head(0);
        this.end = end;
        this.tail = tail;
        this.records = new ChapterRecords(archive, catalog, this, tail);
    }

    /** What stands of it in the archive alone, whatever may come after it. */
    public static ArchiveChapter of(ClusterArchive archive, GenerationCatalog catalog) {
        return new ArchiveChapter(archive, catalog, Optional.empty(), Optional.empty());
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
        Optional<BaseManifest> found = derived.read(() -> catalog.synthetic(since), Optional.empty());
        if (found.isEmpty()) {
            found = derived.read(
                    () -> catalog.firstSynthetic().filter(base -> base.getBase().getRevision() == since),
                    Optional.empty());
        }
        if (found.isEmpty()) {
            found = derived.read(() -> firstAfter(since), Optional.empty());
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
        return derived.read(() -> catalog.synthetic(revision), without);
    }

    /** What is damaged, and was not needed. */
    Set<String> doneWithout() {
        return derived.doneWithout();
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
                : derived.read(() -> catalog.inside(level, new RevisionRange(first, until)), List.of());
    }

    @Override
    public Optional<CheckpointManifest> head() {
        return head;
    }

    @Override
    public Optional<RevisionRange> tail() {
        return tail.flatMap(Tail::range);
    }

    @Override
    public long provenMillis() {
        long last = isRestorable() ? latest() : 0;
        long archived = derived.read(catalog::timeProof, Optional.<TimeProof>empty())
                .filter(proof -> proof.getRevision() == last)
                .map(TimeProof::getAtMillis)
                .orElse(0L);
        return Math.max(archived, tail.map(Tail::provenMillis).orElse(0L));
    }

    /** Up to when the archive alone says that the source committed nothing after the archive's last revision. */
    private Optional<Long> archivedUntil() {
        long last =
                head.map(CheckpointManifest::getLast).orElse(catalog.header().getBaseRevision());
        return derived.read(catalog::timeProof, Optional.<TimeProof>empty())
                .filter(proof -> proof.getRevision() == last)
                .map(TimeProof::getAtMillis);
    }

    /** Up to when it can be restored from the archive alone; empty if nothing of it can. */
    public OptionalLong archivedMillis() {
        if (!isRestorable()) {
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
    public Map<String, ChainSize> sizes() {
        Map<String, ChainSize> sizes = new LinkedHashMap<>();
        List<ManifestRow> rows = catalog.baseRows();
        sizes.put(
                "base",
                new ChainSize(
                        rows.size(),
                        rows.stream().mapToLong(ManifestRow::getBytes).sum()));
        sizes.put("synthetic", derived.read(catalog::syntheticBases, ChainSize.NONE));
        for (int level = 0; level <= catalog.levels(); level++) {
            int of = level;
            sizes.put(Integer.toString(level), derived.read(() -> catalog.size(of), ChainSize.NONE));
        }
        return sizes;
    }

    @Override
    public Optional<Hole> end() {
        return end;
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
            return records.changeOf(revision)
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
        derived.doWithout(failure);
        return new Moment(generation(), revision, 0, base.getCapturedAtMillis());
    }

    @Override
    public OptionalLong lastCapturedBy(long millis) {
        return records.lastCapturedBy(millis);
    }

    @Override
    public OptionalLong lastPossiblyBefore(long millis) {
        return records.lastPossiblyBefore(millis);
    }

    @Override
    public OptionalLong lastDeath(byte[] key) {
        return records.lastDeath(key);
    }

    /**
     * The newest side state beside those of the bases' snapshots that counts at a revision. A kept moment needs nothing
     * but its own base.
     */
    public Optional<SideManifest> side(long revision) {
        boolean kept = isGivenUp() || revision < catalog.floors().baseRevision();
        return kept ? Optional.empty() : catalog.side(revision);
    }
}
