package dev.tidemark.archive.catalog;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.ManifestRow;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the manifests of one level behind its head, by the pages that each manifest lists. Good for one question. */
final class CheckpointIndex {
    private static final int CONCURRENT_READS = 8;

    private final ObjectReader reader;
    private final Stored<CheckpointManifest> head;
    private final RowIndex index;
    private final Map<Long, Stored<CheckpointManifest>> seen = new HashMap<>();

    /** Over all that the head tells of. */
    CheckpointIndex(ObjectReader reader, Stored<CheckpointManifest> head) {
        this(reader, head, 0);
    }

    /**
     * @param floor the first sequence number that counts
     */
    CheckpointIndex(ObjectReader reader, Stored<CheckpointManifest> head, long floor) {
        this.reader = reader;
        this.head = head;
        this.index = new RowIndex(
                CatalogPages.of(head),
                floor,
                page -> CatalogPages.of(read(page.getHolderSeq(), page.getHolderSha256())));
        seen.put(head.content().getSeq(), head);
    }

    /** The manifests that share a revision with the range, in order, each proven to follow the one before. */
    List<CheckpointManifest> covering(RevisionRange range) {
        return read(rows(range));
    }

    /** The manifests that lie wholly in the range, otherwise as {@link #covering}. */
    List<CheckpointManifest> inside(RevisionRange range) {
        return read(rows(range).stream()
                .filter(row -> range.first() <= row.getFirst() && row.getLast() <= range.last())
                .toList());
    }

    /** The rows of the manifests that share a revision with the range, in order. */
    List<ManifestRow> rows(RevisionRange range) {
        return index.covering(range);
    }

    /** Bytes of the data and index files that the manifests name. */
    long bytes() {
        return index.bytes();
    }

    /** The last manifest that begins at or before a captured time. */
    Optional<CheckpointManifest> at(long capturedAtMillis) {
        return index.lastCapturedBy(capturedAtMillis)
                .map(row -> read(row.getSeq(), row.getSha256()).content());
    }

    private List<CheckpointManifest> read(List<ManifestRow> rows) {
        // On several threads, which only look at what was seen until now.
        List<Stored<CheckpointManifest>> found = Concurrent.map(rows, CONCURRENT_READS, this::readUnseen);
        for (int i = 1; i < found.size(); i++) {
            checkFollows(found.get(i - 1), found.get(i));
        }
        return found.stream().map(Stored::content).toList();
    }

    private Stored<CheckpointManifest> readUnseen(ManifestRow row) {
        Stored<CheckpointManifest> known = seen.get(row.getSeq());
        return known == null
                ? reader.checkpoint(
                        head.content().getGeneration(), head.content().getLevel(), row.getSeq(), row.getSha256())
                : known;
    }

    private Stored<CheckpointManifest> read(long seq, String sha256) {
        return seen.computeIfAbsent(
                seq,
                unseen -> reader.checkpoint(
                        head.content().getGeneration(), head.content().getLevel(), unseen, sha256));
    }

    private static void checkFollows(Stored<CheckpointManifest> before, Stored<CheckpointManifest> after) {
        CheckpointManifest previous = before.content();
        CheckpointManifest next = after.content();
        if (next.getFirst() != previous.getLast() + 1) {
            throw new DamagedObjectException(
                    after.name(),
                    "begins at revision " + next.getFirst() + ", but " + before.name() + " ends at "
                            + previous.getLast());
        }
        if (!next.getPreviousSha256().equals(before.sha256())) {
            throw new DamagedObjectException(
                    after.name(),
                    "names " + next.getPreviousSha256() + " as the SHA-256 of its predecessor, but that of "
                            + before.name() + " is " + before.sha256());
        }
    }
}
