package dev.tidemark.archive.catalog;

import dev.tidemark.schemas.avro.SideManifest;
import dev.tidemark.schemas.avro.SideRow;
import dev.tidemark.schemas.avro.SideState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The side states of one generation, newest first (docs/format.md, section 8). Their revisions never decrease, and each
 * manifest repeats the rows of the {@value #ROWS} before it, so what is older is found by steps of that many.
 */
final class SideChain {
    /** Rows in a manifest at most: 100 KB, and more than three days where auth changes every five minutes. */
    static final int ROWS = 1_024;

    private final ObjectReader reader;
    private final String generation;
    private final long floor;

    /**
     * @param floor the first sequence number that counts
     */
    SideChain(ObjectReader reader, String generation, long floor) {
        this.reader = reader;
        this.generation = generation;
        this.floor = floor;
    }

    /** The newest one, whether or not it counts. */
    Optional<Stored<SideManifest>> head() {
        return reader.newestSide(generation);
    }

    /** The newest one that counts. */
    Optional<Stored<SideManifest>> newest() {
        return head().filter(head -> head.content().getSeq() >= floor);
    }

    /** The newest one of a revision or before it, from a manifest back. */
    Optional<Stored<SideManifest>> upTo(Stored<SideManifest> from, long revision) {
        Stored<SideManifest> at = from;
        while (revisionOf(at) > revision) {
            List<SideRow> rows = counting(at);
            if (rows.isEmpty()) {
                return Optional.empty();
            }
            int newest = rows.size() - 1;
            while (newest > 0 && rows.get(newest).getRevision() > revision) {
                newest--;
            }
            at = read(rows.get(newest));
        }
        return Optional.of(at);
    }

    /** The manifest that holds a side state already, from a manifest back. */
    Optional<Stored<SideManifest>> find(Stored<SideManifest> from, SideState side) {
        Optional<Stored<SideManifest>> at = upTo(from, side.getRevision());
        while (at.isPresent()
                && revisionOf(at.get()) == side.getRevision()
                && !at.get().content().getSide().equals(side)) {
            at = before(at.get());
        }
        return at.filter(found -> found.content().getSide().equals(side));
    }

    /** The rows that the successor of a manifest repeats. */
    static List<SideRow> recentAfter(Stored<SideManifest> previous) {
        List<SideRow> known = previous.content().getRecent();
        List<SideRow> rows = new ArrayList<>(known.subList(Math.max(0, known.size() - ROWS + 1), known.size()));
        rows.add(new SideRow(
                previous.content().getSeq(),
                previous.content().getSide().getRevision(),
                previous.content().getSide().getAuthRevision(),
                previous.sha256()));
        return rows;
    }

    private Optional<Stored<SideManifest>> before(Stored<SideManifest> manifest) {
        List<SideRow> rows = counting(manifest);
        return rows.isEmpty() ? Optional.empty() : Optional.of(read(rows.get(rows.size() - 1)));
    }

    private List<SideRow> counting(Stored<SideManifest> manifest) {
        return manifest.content().getRecent().stream()
                .filter(row -> row.getSeq() >= floor)
                .toList();
    }

    private Stored<SideManifest> read(SideRow row) {
        return reader.side(generation, row.getSeq(), row.getSha256());
    }

    private static long revisionOf(Stored<SideManifest> manifest) {
        return manifest.content().getSide().getRevision();
    }
}
