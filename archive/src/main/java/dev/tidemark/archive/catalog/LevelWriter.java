package dev.tidemark.archive.catalog;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.GenerationHeader;
import dev.tidemark.schemas.avro.LevelPolicy;
import dev.tidemark.schemas.avro.ManifestRow;
import dev.tidemark.schemas.avro.Merge;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Commits the checkpoints of level 1 and more of one generation. Any number of writers may try, at any time: each
 * manifest is a pure function of committed ones, so whose stands under a name makes no difference. What this writer knows
 * of the chains it keeps; only {@link #refresh} asks whether the topic's own chain has grown. Not thread-safe.
 */
public final class LevelWriter {
    private static final RevisionRange ALL = new RevisionRange(1, Long.MAX_VALUE);

    private final ClusterObjects objects;
    private final ObjectReader reader;
    private final Settlement settlement;
    private final GenerationHeader header;
    private final Map<Integer, Optional<Stored<CheckpointManifest>>> heads = new HashMap<>();
    /** By the level that is to gather them; read once, since they may be many where a level begins late. */
    private final Map<Integer, List<ManifestRow>> waiting = new HashMap<>();

    LevelWriter(ClusterObjects objects, ObjectReader reader, Settlement settlement, GenerationHeader header) {
        this.objects = objects;
        this.reader = reader;
        this.settlement = settlement;
        this.header = header;
    }

    /** The generation's header. */
    public GenerationHeader header() {
        return header;
    }

    /** The levels of the generation, from level 1 on. */
    public List<LevelPolicy> levels() {
        return header.getPolicy().getLevels();
    }

    /** Looks what is committed of level 0 now: two requests. */
    public void refresh() {
        heads.put(0, reader.newestCheckpoint(header.getGeneration(), 0));
    }

    /** The newest checkpoint of a level that this writer knows. */
    public Optional<CheckpointManifest> head(int level) {
        return stored(level).map(Stored::content);
    }

    /** The rows of the checkpoints that the next one of a level may gather, oldest first: those no other has gathered. */
    public List<ManifestRow> waiting(int level) {
        List<ManifestRow> rows = waiting.computeIfAbsent(level, unknown -> new ArrayList<>());
        long known = rows.isEmpty()
                ? stored(level).map(head -> head.content().getLast()).orElse(0L)
                : rows.get(rows.size() - 1).getLast();
        rows.addAll(rowsAfter(level - 1, known));
        return Collections.unmodifiableList(rows);
    }

    /** The rows of a level's checkpoints with revisions after one, oldest first. */
    public List<ManifestRow> rowsAfter(int level, long revision) {
        RevisionRange range = revision == 0 ? ALL : new RevisionRange(revision + 1, Long.MAX_VALUE);
        return stored(level)
                .map(head -> new CheckpointIndex(reader, head).rows(range))
                .orElse(List.of());
    }

    /** A checkpoint by its row. */
    public CheckpointManifest read(int level, ManifestRow row) {
        return reader.checkpoint(header.getGeneration(), level, row.getSeq(), row.getSha256())
                .content();
    }

    /**
     * Commits a checkpoint as the successor of its level's {@link #head}.
     *
     * @return what stands there: ours, or another's of the same content, whose data then counts and ours does not
     * @throws ArchiveException of kind VERIFICATION if something else stands there
     * @throws dev.tidemark.archive.store.StoreUnavailableException if the outcome could not be settled in time
     */
    public CheckpointManifest commit(LevelDraft draft) {
        CheckpointManifest own = manifest(draft);
        String name = ArchiveLayout.checkpoint(header.getGeneration(), draft.level(), own.getSeq());
        byte[] found = settlement.createAndRead(name, ObjectCodec.encode(ObjectKind.CHECKPOINT, own));
        return taken(draft.level(), draft.children(), draft.contentDigest(), found);
    }

    /**
     * What stands already where the next checkpoint of a level goes; one request. It is judged as {@link #commit} does, so
     * that nothing is uploaded for a place that is taken, and then the level's {@link #head}.
     *
     * @return another's of the same content; empty if nothing stands there yet
     * @throws ArchiveException of kind VERIFICATION if something else stands there
     */
    public Optional<CheckpointManifest> standing(int level, List<ManifestRow> children, String contentDigest) {
        return objects.find(ArchiveLayout.checkpoint(header.getGeneration(), level, nextSeq(level)))
                .map(found -> taken(level, children, contentDigest, found));
    }

    /** The sequence number of the checkpoint that follows a level's {@link #head}. */
    public long nextSeq(int level) {
        return stored(level).map(head -> head.content().getSeq() + 1).orElse(0L);
    }

    private CheckpointManifest taken(int level, List<ManifestRow> children, String contentDigest, byte[] found) {
        String name = ArchiveLayout.checkpoint(header.getGeneration(), level, nextSeq(level));
        Stored<CheckpointManifest> standing = reader.checkpoint(header.getGeneration(), level, name, found);
        boolean same = standing.content().getPreviousSha256().equals(headSha256(level))
                && standing.content().getMerge() != null
                && standing.content().getMerge().getChildren().equals(children)
                && standing.content().getContentDigest().equals(contentDigest);
        if (!same) {
            throw new ArchiveException(
                    Failure.VERIFICATION,
                    objects.full(name) + " stands there already, with other content than its checkpoints of level "
                            + (level - 1) + " give",
                    "was it written by another version of Tidemark? restores do without it");
        }
        heads.put(level, Optional.of(standing));
        waiting.getOrDefault(level, new ArrayList<>())
                .removeIf(row -> row.getLast() <= standing.content().getLast());
        return standing.content();
    }

    private String headSha256(int level) {
        return stored(level).map(Stored::sha256).orElse("");
    }

    private Optional<Stored<CheckpointManifest>> stored(int level) {
        return heads.computeIfAbsent(level, unknown -> reader.newestCheckpoint(header.getGeneration(), unknown));
    }

    private CheckpointManifest manifest(LevelDraft draft) {
        Optional<Stored<CheckpointManifest>> head = stored(draft.level());
        int fanout = header.getPolicy().getCatalogFanout();
        Optional<CatalogPages> pages = head.map(CatalogPages::of);
        return CheckpointManifest.newBuilder()
                .setFormatVersion(ObjectCodec.FORMAT_VERSION)
                .setGeneration(header.getGeneration())
                .setLevel(draft.level())
                .setSeq(nextSeq(draft.level()))
                .setPreviousSha256(headSha256(draft.level()))
                .setFirst(draft.firstChild().getFirst())
                .setLast(draft.lastChild().getLast())
                .setFirstCapturedAtMillis(draft.firstChild().getFirstCapturedAtMillis())
                .setLastCapturedAtMillis(draft.lastChild().getLastCapturedAtMillis())
                .setContentDigest(draft.contentDigest())
                .setMembers(draft.data().members())
                .setLeases(List.of())
                .setPosition(draft.position())
                .setRecent(pages.map(last -> last.recentAfter(fanout)).orElse(List.of()))
                .setPages(pages.map(last -> last.pagesAfter(fanout)).orElse(List.of()))
                .setMerge(new Merge(
                        draft.children(),
                        draft.data().leases(),
                        draft.data().leaseFile().orElse(null),
                        draft.data().runs().stream().findFirst().orElse(null)))
                .build();
    }
}
