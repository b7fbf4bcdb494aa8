package dev.tidemark.archive.level;

import dev.tidemark.archive.catalog.DataUploader;
import dev.tidemark.archive.catalog.Placed;
import dev.tidemark.archive.segment.LocalSegment;
import dev.tidemark.archive.segment.SegmentCutter;
import dev.tidemark.archive.segment.SegmentLimits;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes runs of segments anew with their survivors alone. New segments are uploaded as they are cut, so that few of them
 * are on the local disk at a time, however large a base is. Not thread-safe.
 */
final class Rewriter {
    /** Segments that wait on the disk to be uploaded together. */
    static final int TOGETHER = 2;

    private final SegmentLimits limits;
    private final ScratchDirectory scratch;
    private final DataUploader.MergeUpload upload;

    /**
     * @param scratch where new segments go until they are uploaded
     */
    Rewriter(SegmentLimits limits, ScratchDirectory scratch, DataUploader.MergeUpload upload) {
        this.limits = limits;
        this.scratch = scratch;
        this.upload = upload;
    }

    /** The pieces with the runs among them written anew, in order. */
    List<Placed> rewrite(List<Piece> pieces) {
        List<Rewriting.Share> shares =
                pieces.stream().map(piece -> piece.share(limits)).toList();
        List<Placed> placed = new ArrayList<>();
        int kept = 0;
        for (Rewriting.Run run : Rewriting.plan(shares)) {
            keep(pieces.subList(kept, run.from()), placed);
            write(pieces.subList(run.from(), run.to()), placed);
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

    private void write(List<Piece> run, List<Placed> placed) {
        try (SegmentCutter cutter = new SegmentCutter(scratch.newDirectory(), limits)) {
            for (Piece piece : run) {
                piece.segment().scan(piece.live(), change -> {
                    cutter.append(change);
                    if (cutter.finished() >= TOGETHER) {
                        upload(cutter.takeFinished(), placed);
                    }
                });
            }
            upload(cutter.finish(), placed);
        }
    }

    private void upload(List<LocalSegment> fresh, List<Placed> placed) {
        placed.addAll(upload.written(fresh));
        for (LocalSegment segment : fresh) {
            scratch.delete(segment.data());
            scratch.delete(segment.index());
        }
    }
}
