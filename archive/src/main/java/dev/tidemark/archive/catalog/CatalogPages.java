package dev.tidemark.archive.catalog;

import dev.tidemark.schemas.avro.BaseDescriptor;
import dev.tidemark.schemas.avro.BaseManifest;
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
 *
 * @param own the row by which successors name the manifest
 * @param recent the rows that it repeats
 * @param pages the pages that it lists
 */
record CatalogPages(ManifestRow own, List<ManifestRow> recent, List<CatalogPage> pages) {
    /** Those of a checkpoint. */
    static CatalogPages of(Stored<CheckpointManifest> stored) {
        return new CatalogPages(
                row(stored), stored.content().getRecent(), stored.content().getPages());
    }

    /** Those of a synthetic base. */
    static CatalogPages ofBase(Stored<BaseManifest> stored) {
        return new CatalogPages(
                baseRow(stored), stored.content().getRecent(), stored.content().getPages());
    }

    /** The row by which successors name a checkpoint. */
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

    /** The row by which later bases name one: from its compaction revision to its revision. */
    static ManifestRow baseRow(Stored<BaseManifest> stored) {
        BaseDescriptor base = stored.content().getBase();
        return new ManifestRow(
                stored.content().getSeq(),
                base.getCompactRevision(),
                base.getRevision(),
                base.getCapturedAtMillis(),
                base.getCapturedAtMillis(),
                bytes(base.getMembers()),
                stored.sha256());
    }

    /** Bytes of the data and index files that members name. */
    static long bytes(List<Member> members) {
        return members.stream()
                .mapToLong(member -> member.getSegment().getData().getBytes()
                        + member.getSegment().getIndex().getBytes())
                .sum();
    }

    /** The rows that the successor repeats. */
    List<ManifestRow> recentAfter(int fanout) {
        List<ManifestRow> rows = new ArrayList<>();
        if (recent.size() < fanout) {
            rows.addAll(recent);
        }
        rows.add(own);
        return rows;
    }

    /** The pages that the successor lists. */
    List<CatalogPage> pagesAfter(int fanout) {
        TreeMap<Integer, List<CatalogPage>> tiers = new TreeMap<>(Comparator.reverseOrder());
        pages.forEach(page ->
                tiers.computeIfAbsent(page.getTier(), t -> new ArrayList<>()).add(page));
        // From the largest tier down, so that a page made here is not counted again in the tier above it.
        for (int tier : List.copyOf(tiers.keySet())) {
            if (tiers.get(tier).size() == fanout) {
                CatalogPage gathered = pageOfPages(tiers.remove(tier));
                tiers.computeIfAbsent(tier + 1, t -> new ArrayList<>()).add(gathered);
            }
        }
        if (recent.size() == fanout) {
            tiers.computeIfAbsent(1, t -> new ArrayList<>()).add(pageOfRows());
        }
        return tiers.values().stream().flatMap(List::stream).toList();
    }

    private CatalogPage pageOfRows() {
        ManifestRow first = recent.get(0);
        ManifestRow last = recent.get(recent.size() - 1);
        return new CatalogPage(
                1,
                own.getSeq(),
                first.getSeq(),
                last.getSeq(),
                first.getFirst(),
                last.getLast(),
                first.getFirstCapturedAtMillis(),
                last.getLastCapturedAtMillis(),
                recent.stream().mapToLong(ManifestRow::getBytes).sum(),
                own.getSha256());
    }

    private CatalogPage pageOfPages(List<CatalogPage> gathered) {
        CatalogPage first = gathered.get(0);
        CatalogPage last = gathered.get(gathered.size() - 1);
        return new CatalogPage(
                first.getTier() + 1,
                own.getSeq(),
                first.getFirstSeq(),
                last.getLastSeq(),
                first.getFirst(),
                last.getLast(),
                first.getFirstCapturedAtMillis(),
                last.getLastCapturedAtMillis(),
                gathered.stream().mapToLong(CatalogPage::getBytes).sum(),
                own.getSha256());
    }
}
