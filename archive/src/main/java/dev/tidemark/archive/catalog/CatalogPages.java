package dev.tidemark.archive.catalog;

import dev.tidemark.schemas.avro.CatalogPage;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.ManifestRow;
import dev.tidemark.schemas.avro.Member;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * What a manifest repeats of those before it (docs/format.md, section 8): a pure function of its predecessor. Rows gather
 * until there are {@code fanout} of them; the manifest that holds so many is a page of tier 1, which its successors list;
 * {@code fanout} listed pages of a tier make their holder a page of the next tier.
 */
final class CatalogPages {
    private CatalogPages() {}

    /** The row by which successors name a manifest. */
    static ManifestRow row(Stored<CheckpointManifest> stored) {
        CheckpointManifest manifest = stored.content();
        return new ManifestRow(
                manifest.getSeq(),
                manifest.getFirst(),
                manifest.getLast(),
                manifest.getFirstCapturedAtMillis(),
                manifest.getLastCapturedAtMillis(),
                bytes(manifest.getMembers()),
                stored.sha256());
    }

    /** Bytes of the data and index files that members name. */
    static long bytes(List<Member> members) {
        return members.stream()
                .mapToLong(member -> member.getSegment().getData().getBytes()
                        + member.getSegment().getIndex().getBytes())
                .sum();
    }

    /** The rows that the successor of a manifest repeats. */
    static List<ManifestRow> recentAfter(Stored<CheckpointManifest> previous, int fanout) {
        List<ManifestRow> rows = new ArrayList<>();
        if (previous.content().getRecent().size() < fanout) {
            rows.addAll(previous.content().getRecent());
        }
        rows.add(row(previous));
        return rows;
    }

    /** The pages that the successor of a manifest lists. */
    static List<CatalogPage> pagesAfter(Stored<CheckpointManifest> previous, int fanout) {
        TreeMap<Integer, List<CatalogPage>> tiers = new TreeMap<>(Comparator.reverseOrder());
        previous.content().getPages().forEach(page -> tiers.computeIfAbsent(page.getTier(), t -> new ArrayList<>())
                .add(page));
        // From the largest tier down, so that a page made here is not counted again in the tier above it.
        for (int tier : List.copyOf(tiers.keySet())) {
            if (tiers.get(tier).size() == fanout) {
                CatalogPage gathered = pageOfPages(previous, tiers.remove(tier));
                tiers.computeIfAbsent(tier + 1, t -> new ArrayList<>()).add(gathered);
            }
        }
        if (previous.content().getRecent().size() == fanout) {
            tiers.computeIfAbsent(1, t -> new ArrayList<>()).add(pageOfRows(previous));
        }
        return tiers.values().stream().flatMap(List::stream).toList();
    }

    private static CatalogPage pageOfRows(Stored<CheckpointManifest> holder) {
        List<ManifestRow> rows = holder.content().getRecent();
        ManifestRow first = rows.get(0);
        ManifestRow last = rows.get(rows.size() - 1);
        return new CatalogPage(
                1,
                holder.content().getSeq(),
                first.getSeq(),
                last.getSeq(),
                first.getFirst(),
                last.getLast(),
                first.getFirstCapturedAtMillis(),
                last.getLastCapturedAtMillis(),
                rows.stream().mapToLong(ManifestRow::getBytes).sum(),
                holder.sha256());
    }

    private static CatalogPage pageOfPages(Stored<CheckpointManifest> holder, List<CatalogPage> pages) {
        CatalogPage first = pages.get(0);
        CatalogPage last = pages.get(pages.size() - 1);
        return new CatalogPage(
                first.getTier() + 1,
                holder.content().getSeq(),
                first.getFirstSeq(),
                last.getLastSeq(),
                first.getFirst(),
                last.getLast(),
                first.getFirstCapturedAtMillis(),
                last.getLastCapturedAtMillis(),
                pages.stream().mapToLong(CatalogPage::getBytes).sum(),
                holder.sha256());
    }
}
