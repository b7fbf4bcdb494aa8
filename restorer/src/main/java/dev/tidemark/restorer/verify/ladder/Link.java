package dev.tidemark.restorer.verify.ladder;

import dev.tidemark.schemas.avro.CatalogPage;
import dev.tidemark.schemas.avro.ManifestRow;
import java.util.List;

/**
 * One object of a chain, as far as the chain goes.
 *
 * @param name its name in the store
 * @param seq its sequence number
 * @param sha256 of its bytes
 * @param previousSha256 what it says of its predecessor; empty for the first
 * @param first the first revision that it speaks of
 * @param last the last one
 * @param rows what it repeats of objects before it
 * @param pages what it says of those that hold pages of rows
 */
record Link(
        String name,
        long seq,
        String sha256,
        String previousSha256,
        long first,
        long last,
        List<Row> rows,
        List<Row> pages) {
    /**
     * What a later object of the chain says of an earlier one.
     *
     * @param seq its sequence number
     * @param sha256 of its bytes
     * @param first the first revision that it speaks of; of a page, the first in the page
     * @param last the last one
     */
    record Row(long seq, String sha256, long first, long last) {
        static List<Row> ofRows(List<ManifestRow> rows) {
            return rows.stream()
                    .map(row -> new Row(row.getSeq(), row.getSha256(), row.getFirst(), row.getLast()))
                    .toList();
        }

        static List<Row> ofPages(List<CatalogPage> pages) {
            return pages.stream()
                    .map(page -> new Row(page.getHolderSeq(), page.getHolderSha256(), page.getFirst(), page.getLast()))
                    .toList();
        }
    }
}
