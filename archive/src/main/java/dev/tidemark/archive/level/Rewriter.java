package dev.tidemark.archive.level;

import dev.tidemark.archive.catalog.Placed;
import dev.tidemark.archive.segment.LocalSegment;
import dev.tidemark.archive.segment.SegmentCutter;
import dev.tidemark.archive.segment.SegmentLimits;
import java.util.ArrayList;
import java.util.List;

/** Writes runs of segments anew, on the local disk, with their survivors alone. */
final class Rewriter {
    private final SegmentLimits limits;
    private final ScratchDirectory scratch;

    /**
     * @param scratch where new segments go; they are needed until they are uploaded
     */
    Rewriter(SegmentLimits limits, ScratchDirectory scratch) {
        this.limits = limits;
        this.scratch = scratch;
    }

    /** The pieces with the runs among them written anew, in order. */
    List<Placed> rewrite(List<Piece> pieces) {
        List<Rewriting.Share> shares =
                pieces.stream().map(piece -> piece.share(limits)).toList();
        List<Placed> placed = new ArrayList<>();
        int kept = 0;
        for (Rewriting.Run run : Rewriting.plan(shares)) {
            keep(pieces.subList(kept, run.from()), placed);
            write(pieces.subList(run.from(), run.to())).forEach(segment -> placed.add(Placed.written(segment)));
            kept = run.to();
        }
        keep(pieces.subList(kept, pieces.size()), placed);
        return placed;
    }

    /** The pieces as they are. */
    static List<Placed> kept(List<Piece> pieces) {
        List<Placed> placed = new ArrayList<>();
        keep(pieces, placed);
        return placed;
    }

    private static void keep(List<Piece> pieces, List<Placed> placed) {
        pieces.forEach(piece -> placed.add(Placed.kept(piece.segment().ref(), piece.live())));
    }

    private List<LocalSegment> write(List<Piece> run) {
        try (SegmentCutter cutter = new SegmentCutter(scratch.newDirectory(), limits)) {
            run.forEach(piece -> piece.segment().scan(piece.live(), cutter::append));
            return cutter.finish();
        }
    }
}
