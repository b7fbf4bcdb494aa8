package dev.tidemark.archive.catalog;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.CatalogPage;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.ManifestRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the manifests of one level behind its head, by the pages that each manifest lists. Good for one question. */
final class CheckpointIndex {
    private static final int CONCURRENT_READS = 8;

    private final ObjectReader reader;
    private final Stored<CheckpointManifest> head;
    private final Map<Long, Stored<CheckpointManifest>> seen = new HashMap<>();

    CheckpointIndex(ObjectReader reader, Stored<CheckpointManifest> head) {
        this.reader = reader;
        this.head = head;
        seen.put(head.content().getSeq(), head);
    }

    /** The manifests that share a revision with the range, in order, each proven to follow the one before. */
    List<CheckpointManifest> covering(RevisionRange range) {
        List<ManifestRow> rows = new ArrayList<>();
        collect(head, Integer.MAX_VALUE, range, rows);
        addIfCovering(CatalogPages.row(head), range, rows);
        List<Stored<CheckpointManifest>> found = Concurrent.map(rows, CONCURRENT_READS, this::readUnseen);
        for (int i = 1; i < found.size(); i++) {
            checkFollows(found.get(i - 1), found.get(i));
        }
        return found.stream().map(Stored::content).toList();
    }

    /** The last manifest that begins at or before a captured time. */
    Optional<CheckpointManifest> at(long capturedAtMillis) {
        if (head.content().getFirstCapturedAtMillis() <= capturedAtMillis) {
            return Optional.of(head.content());
        }
        Optional<ManifestRow> row = lastRow(head.content().getRecent(), capturedAtMillis);
        List<CatalogPage> pages = head.content().getPages();
        while (row.isEmpty()) {
            Optional<CatalogPage> page = lastPage(pages, capturedAtMillis);
            if (page.isEmpty()) {
                return Optional.empty();
            }
            CheckpointManifest holder = holder(page.get()).content();
            pages = subPages(holder, page.get().getTier());
            row = page.get().getTier() == 1 ? lastRow(holder.getRecent(), capturedAtMillis) : Optional.empty();
        }
        return row.map(this::read).map(Stored::content);
    }

    private static Optional<ManifestRow> lastRow(List<ManifestRow> rows, long capturedAtMillis) {
        return rows.stream()
                .filter(row -> row.getFirstCapturedAtMillis() <= capturedAtMillis)
                .reduce((before, last) -> last);
    }

    private static Optional<CatalogPage> lastPage(List<CatalogPage> pages, long capturedAtMillis) {
        return pages.stream()
                .filter(page -> page.getFirstCapturedAtMillis() <= capturedAtMillis)
                .reduce((before, last) -> last);
    }

    private void collect(Stored<CheckpointManifest> holder, int tier, RevisionRange range, List<ManifestRow> rows) {
        for (CatalogPage page : subPages(holder.content(), tier)) {
            if (page.getFirst() <= range.last() && range.first() <= page.getLast()) {
                collect(holder(page), page.getTier(), range, rows);
            }
        }
        // The head lists pages of all tiers and rows after them; a page of pages stands for its pages alone.
        if (tier == 1 || tier == Integer.MAX_VALUE) {
            holder.content().getRecent().forEach(row -> addIfCovering(row, range, rows));
        }
    }

    private static void addIfCovering(ManifestRow row, RevisionRange range, List<ManifestRow> rows) {
        if (row.getFirst() <= range.last() && range.first() <= row.getLast()) {
            rows.add(row);
        }
    }

    /** What a page of that tier is made of; for the head, all that it lists. */
    private static List<CatalogPage> subPages(CheckpointManifest holder, int tier) {
        return holder.getPages().stream()
                .filter(page -> tier == Integer.MAX_VALUE || page.getTier() == tier - 1)
                .toList();
    }

    private Stored<CheckpointManifest> holder(CatalogPage page) {
        return seen.computeIfAbsent(
                page.getHolderSeq(),
                seq -> reader.checkpoint(
                        head.content().getGeneration(), head.content().getLevel(), seq, page.getHolderSha256()));
    }

    private Stored<CheckpointManifest> readUnseen(ManifestRow row) {
        Stored<CheckpointManifest> known = seen.get(row.getSeq());
        return known == null ? read(row) : known;
    }

    private Stored<CheckpointManifest> read(ManifestRow row) {
        return reader.checkpoint(
                head.content().getGeneration(), head.content().getLevel(), row.getSeq(), row.getSha256());
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
