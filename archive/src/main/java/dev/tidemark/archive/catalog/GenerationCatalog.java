package dev.tidemark.archive.catalog;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.archive.store.MissingObjectException;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.GenerationHeader;
import dev.tidemark.schemas.avro.KeptBase;
import dev.tidemark.schemas.avro.ManifestRow;
import dev.tidemark.schemas.avro.Retention;
import dev.tidemark.schemas.avro.SideManifest;
import dev.tidemark.schemas.avro.TimeProof;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What is committed of one generation, as of its opening. Whatever is read behind the newest manifests is proven by the
 * SHA-256 in the row that names it. An object that is gone makes it look at the newest state once more, and then fail.
 * Thread-safe.
 */
public final class GenerationCatalog {
    private final ObjectReader reader;
    private final GenerationHeader header;
    private volatile Heads heads;

    private GenerationCatalog(ObjectReader reader, GenerationHeader header, Heads heads) {
        this.reader = reader;
        this.header = header;
        this.heads = heads;
    }

    /** Reads the newest base and the newest checkpoint: at most four requests. */
    static GenerationCatalog open(ObjectReader reader, GenerationHeader header, Optional<Retention> retention) {
        Floors floors = Floors.of(retention, header.getGeneration());
        return new GenerationCatalog(reader, header, Heads.read(reader, header.getGeneration(), floors));
    }

    /** The generation's header. */
    public GenerationHeader header() {
        return header;
    }

    /** All bases that came with snapshots and count, oldest first; one read each but for the newest. */
    public List<BaseManifest> bases() {
        return reading(now -> SnapshotBases.counting(reader, now.base(), now.floors()));
    }

    /** The rows of those bases, in the order in which they got their places. */
    public List<ManifestRow> baseRows() {
        return reading(now -> now.base().stream()
                .flatMap(head ->
                        Stream.concat(head.content().getRecent().stream(), Stream.of(CatalogPages.baseRow(head))))
                .filter(row ->
                        now.floors().counts(ArchiveLayout.bases(header.getGeneration()), row.getSeq(), row.getLast()))
                .toList());
    }

    /** What counts of the generation's manifests. */
    public Floors floors() {
        return heads.floors();
    }

    /** A base that is kept before those that count; one read. */
    public BaseManifest kept(KeptBase kept) {
        return reading(now -> reader.kept(header.getGeneration(), kept).content());
    }

    /** The newest checkpoint of a level; two requests at the first time for a level above 0. */
    public Optional<CheckpointManifest> head(int level) {
        return reading(now -> now.level(level).map(Stored::content));
    }

    /** Whether a base was ever committed; before that nothing can be restored. No request. */
    public boolean hasBase() {
        return heads.base().isPresent();
    }

    /**
     * The level-0 checkpoints that share a revision with the range, in order: dense, chained, each proven. Revisions
     * after the newest checkpoint or before the first are simply not in any of them. One read a checkpoint and at most
     * log(all)/log(fanout) more at each end of the range.
     */
    public List<CheckpointManifest> checkpoints(RevisionRange range) {
        return reading(now ->
                now.level(0).map(head -> index(now, 0, head).covering(range)).orElse(List.of()));
    }

    /** The checkpoints of a level that lie wholly in the range, otherwise as {@link #checkpoints}. */
    public List<CheckpointManifest> inside(int level, RevisionRange range) {
        return reading(now -> now.level(level)
                .map(head -> index(now, level, head).inside(range))
                .orElse(List.of()));
    }

    private CheckpointIndex index(Heads now, int level, Stored<CheckpointManifest> head) {
        return new CheckpointIndex(
                reader, head, now.floors().first(ArchiveLayout.checkpoints(header.getGeneration(), level)));
    }

    /** The rows of a level's checkpoints that share a revision with the range, in order. */
    public List<ManifestRow> rows(int level, RevisionRange range) {
        return reading(now -> now.level(level)
                .map(head -> index(now, level, head).rows(range))
                .orElse(List.of()));
    }

    /** How many checkpoints of a level count, and how many bytes of data and indexes they name. */
    public ChainSize size(int level) {
        return reading(now -> now.level(level)
                .map(head -> new ChainSize(
                        head.content().getSeq()
                                + 1
                                - now.floors().first(ArchiveLayout.checkpoints(header.getGeneration(), level)),
                        index(now, level, head).bytes()))
                .orElse(ChainSize.NONE));
    }

    /** The levels above level 0 that the generation has, whether or not anything stands in them. */
    public int levels() {
        return header.getPolicy().getLevels().size();
    }

    /**
     * The newest synthetic base of a revision or before it. Two requests at the first time, and a few more where it is not
     * the newest of all.
     */
    public Optional<BaseManifest> synthetic(long revision) {
        return reading(now -> now.synthetic().flatMap(head -> syntheticIndex(now, head)
                .lastEndingBy(revision)
                .map(row -> row.getSeq() == head.content().getSeq()
                        ? head.content()
                        : reader.synthetic(header.getGeneration(), row.getSeq(), row.getSha256())
                                .content())));
    }

    /**
     * The first synthetic base that counts where retention keeps less than all, by its number alone: for where those after
     * it are damaged, and do not lead to it. One read.
     */
    public Optional<BaseManifest> firstSynthetic() {
        return reading(now -> Optional.of(
                reader.synthetic(header.getGeneration(), syntheticFloor(now)).content()));
    }

    /** The row of the newest synthetic base, if it counts. */
    public Optional<ManifestRow> syntheticHead() {
        return reading(now -> now.synthetic().map(CatalogPages::baseRow));
    }

    /** The rows of the synthetic bases that count, oldest first: as first and last revision the base's own. */
    public List<ManifestRow> syntheticRows() {
        return reading(now ->
                now.synthetic().map(head -> syntheticIndex(now, head).all()).orElse(List.of()));
    }

    /** How many synthetic bases count, and how many bytes of data and indexes they name, each for itself. */
    public ChainSize syntheticBases() {
        return reading(now -> now.synthetic()
                .map(head -> new ChainSize(
                        head.content().getSeq() + 1 - syntheticFloor(now),
                        syntheticIndex(now, head).bytes()))
                .orElse(ChainSize.NONE));
    }

    private RowIndex syntheticIndex(Heads now, Stored<BaseManifest> head) {
        return new RowIndex(
                CatalogPages.ofBase(head),
                syntheticFloor(now),
                page -> CatalogPages.ofBase(
                        reader.synthetic(header.getGeneration(), page.getHolderSeq(), page.getHolderSha256())));
    }

    private long syntheticFloor(Heads now) {
        return now.floors().first(ArchiveLayout.syntheticBases(header.getGeneration()));
    }

    /** The newest proof that the source committed nothing more until a time; two requests at the first time. */
    public Optional<TimeProof> timeProof() {
        return reading(now -> now.time().map(Stored::content));
    }

    /**
     * The last level-0 checkpoint whose first revision was captured at or before a time; empty if there is none: then
     * the time lies before the first checkpoint.
     */
    public Optional<CheckpointManifest> checkpointAt(long capturedAtMillis) {
        return reading(now -> now.level(0).flatMap(head -> index(now, 0, head).at(capturedAtMillis)));
    }

    /**
     * The newest side state of a revision or before it, beside those of the bases. It is looked up when it is asked for, so
     * that opening costs nothing more: one listing and one or two reads, and one more for every {@value SideChain#ROWS} that
     * are newer.
     */
    public Optional<SideManifest> side(long revision) {
        return reading(now -> {
            long floor = now.floors().first(ArchiveLayout.sideManifests(header.getGeneration()));
            SideChain chain = new SideChain(reader, header.getGeneration(), floor);
            return chain.newest()
                    .flatMap(newest -> chain.upTo(newest, revision))
                    .map(Stored::content);
        });
    }

    private <T> T reading(Function<Heads, T> question) {
        try {
            return question.apply(heads);
        } catch (MissingObjectException gone) {
            Heads newest = Heads.read(reader, header.getGeneration(), reader.floors(header.getGeneration()));
            try {
                T answer = question.apply(newest);
                heads = newest;
                return answer;
            } catch (MissingObjectException still) {
                throw new ArchiveException(
                        Failure.VERIFICATION,
                        still.name() + " is named by the catalog but is gone: it expired while reading, or was lost",
                        "try again; if it stays so, put it back from a copy of the archive, or choose another target",
                        still);
            }
        }
    }
}
