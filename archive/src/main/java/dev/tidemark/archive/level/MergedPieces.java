package dev.tidemark.archive.level;

import dev.tidemark.archive.segment.Segment;
import dev.tidemark.archive.segment.SurvivorDigest;
import dev.tidemark.archive.segment.Survivors;
import dev.tidemark.archive.segment.Tombstones;
import dev.tidemark.archive.segment.VersionSink;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.roaringbitmap.RoaringBitmap;

/**
 * What survives of several inputs at a revision.
 *
 * @param pieces the inputs that hold anything of it, in revision order
 */
record MergedPieces(List<Piece> pieces) {
    /**
     * Merges key indexes; reads no data.
     *
     * @param scratch an existing directory, for a merge of many inputs
     */
    static MergedPieces at(long revision, Tombstones tombstones, List<Survivors.Input> inputs, Path scratch) {
        return at(revision, tombstones, inputs, scratch, VersionSink.NONE);
    }

    /** The same, and each survivor is told, by key. */
    static MergedPieces at(
            long revision, Tombstones tombstones, List<Survivors.Input> inputs, Path scratch, VersionSink sink) {
        List<RoaringBitmap> live = Survivors.at(revision, tombstones, inputs, scratch, sink);
        List<Piece> pieces = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            if (!live.get(i).isEmpty()) {
                Segment segment = inputs.get(i).segment();
                boolean overlapping = inputs.get(i).after() >= segment.ref().getFirstMain();
                pieces.add(new Piece(segment, live.get(i), overlapping));
            }
        }
        return new MergedPieces(pieces);
    }

    void addTo(SurvivorDigest digest) {
        digest.survivors(
                pieces.stream().map(Piece::segment).toList(),
                pieces.stream().map(Piece::live).toList());
    }
}
