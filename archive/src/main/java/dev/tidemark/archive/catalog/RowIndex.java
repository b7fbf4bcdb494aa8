package dev.tidemark.archive.catalog;

import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.CatalogPage;
import dev.tidemark.schemas.avro.ManifestRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/** Finds the rows of a chain's manifests behind its head, by the pages that each manifest lists. */
final class RowIndex {
    private static final int ALL_TIERS = Integer.MAX_VALUE;

    private final CatalogPages head;
    private final long floor;
    private final Function<CatalogPage, CatalogPages> holders;

    /**
     * @param floor the first sequence number that counts: what is before it is never looked at
     * @param holders reads what the manifest that holds a page repeats
     */
    RowIndex(CatalogPages head, long floor, Function<CatalogPage, CatalogPages> holders) {
        this.head = head;
        this.floor = floor;
        this.holders = holders;
    }

    /** All rows, in order. */
    List<ManifestRow> all() {
        return covering(new RevisionRange(1, Long.MAX_VALUE));
    }

    /** Bytes of the data and index files that the manifests name, a file once for each that does. */
    long bytes() {
        return bytes(head, ALL_TIERS)
                + (head.own().getSeq() >= floor ? head.own().getBytes() : 0);
    }

    /** Only pages that the floor lies in are opened. */
    private long bytes(CatalogPages holder, int tier) {
        long sum = 0;
        for (CatalogPage page : subPages(holder, tier)) {
            sum += page.getFirstSeq() >= floor ? page.getBytes() : bytes(holders.apply(page), page.getTier());
        }
        if (tier == 1 || tier == ALL_TIERS) {
            sum += holder.recent().stream()
                    .filter(this::counts)
                    .mapToLong(ManifestRow::getBytes)
                    .sum();
        }
        return sum;
    }

    private boolean counts(ManifestRow row) {
        return row.getSeq() >= floor;
    }

    /** The rows of manifests that share a revision with the range, in order. */
    List<ManifestRow> covering(RevisionRange range) {
        List<ManifestRow> rows = new ArrayList<>();
        collect(head, ALL_TIERS, range, rows);
        addIfCovering(head.own(), range, rows);
        return rows;
    }

    /** The last manifest that begins at or before a captured time. */
    Optional<ManifestRow> lastCapturedBy(long millis) {
        return last(row -> row.getFirstCapturedAtMillis() <= millis, page -> page.getFirstCapturedAtMillis() <= millis);
    }

    /** The last manifest that ends at or before a revision. */
    Optional<ManifestRow> lastEndingBy(long revision) {
        return last(row -> row.getLast() <= revision, page -> page.getFirst() <= revision);
    }

    /**
     * The last row for which a condition holds that, once it fails, fails for all that follow.
     *
     * @param mayHold whether it may hold for the first row of a page
     */
    private Optional<ManifestRow> last(Predicate<ManifestRow> holds, Predicate<CatalogPage> mayHold) {
        if (!counts(head.own())) {
            return Optional.empty();
        }
        if (holds.test(head.own())) {
            return Optional.of(head.own());
        }
        return last(head, ALL_TIERS, holds, mayHold);
    }

    private Optional<ManifestRow> last(
            CatalogPages holder, int tier, Predicate<ManifestRow> holds, Predicate<CatalogPage> mayHold) {
        if (tier == 1 || tier == ALL_TIERS) {
            Optional<ManifestRow> row = lastOf(holder.recent(), holds);
            if (row.isPresent()) {
                return row;
            }
        }
        List<CatalogPage> pages = subPages(holder, tier);
        for (int i = pages.size() - 1; i >= 0; i--) {
            if (mayHold.test(pages.get(i))) {
                Optional<ManifestRow> row =
                        last(holders.apply(pages.get(i)), pages.get(i).getTier(), holds, mayHold);
                if (row.isPresent()) {
                    return row;
                }
            }
        }
        return Optional.empty();
    }

    private Optional<ManifestRow> lastOf(List<ManifestRow> rows, Predicate<ManifestRow> holds) {
        return rows.stream().filter(this::counts).filter(holds).reduce((before, last) -> last);
    }

    private void collect(CatalogPages holder, int tier, RevisionRange range, List<ManifestRow> rows) {
        for (CatalogPage page : subPages(holder, tier)) {
            if (page.getFirst() <= range.last() && range.first() <= page.getLast()) {
                collect(holders.apply(page), page.getTier(), range, rows);
            }
        }
        // The head lists pages of all tiers and rows after them; a page of pages stands for its pages alone.
        if (tier == 1 || tier == ALL_TIERS) {
            holder.recent().forEach(row -> addIfCovering(row, range, rows));
        }
    }

    private void addIfCovering(ManifestRow row, RevisionRange range, List<ManifestRow> rows) {
        if (counts(row) && row.getFirst() <= range.last() && range.first() <= row.getLast()) {
            rows.add(row);
        }
    }

    /** What a page of that tier is made of, as far as any of it counts; for the head, all that it lists. */
    private List<CatalogPage> subPages(CatalogPages holder, int tier) {
        return holder.pages().stream()
                .filter(page -> tier == ALL_TIERS || page.getTier() == tier - 1)
                .filter(page -> page.getLastSeq() >= floor)
                .toList();
    }
}
