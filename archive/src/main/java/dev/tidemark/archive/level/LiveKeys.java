package dev.tidemark.archive.level;

import dev.tidemark.archive.catalog.DataUploader;
import dev.tidemark.archive.segment.RunWriter;
import dev.tidemark.archive.segment.SegmentLimits;
import dev.tidemark.archive.segment.VersionSink;
import dev.tidemark.schemas.avro.IndexRun;
import dev.tidemark.schemas.avro.RunFile;
import java.io.Closeable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Writes the files of live keys that a synthetic base writes anew. It is told all keys of the base, by key, and takes
 * those of its stretches. Not thread-safe.
 */
final class LiveKeys implements VersionSink, Closeable {
    /** Files of about the same size that the live keys are cut into: a few for each base. */
    private static final int FILES = 4 * (BaseRuns.MOST_HOURS + 1);

    /** A file of less than a full segment's bytes by this, 64 KiB, would cost a lookup the same two reads. */
    private static final int SMALLEST = 1024;

    private final BaseRuns plan;
    private final ScratchDirectory scratch;
    private final SegmentLimits limits;
    private final long revision;
    private final List<BaseRuns.Stretch> stretches;
    private final List<IndexRun> written = new ArrayList<>();
    private byte[] from;
    private byte[] to;
    private RunWriter out;

    /**
     * @param revision the base's
     */
    LiveKeys(BaseRuns plan, ScratchDirectory scratch, SegmentLimits limits, long revision) {
        this.plan = plan;
        this.scratch = scratch;
        this.limits = limits;
        this.revision = revision;
        this.stretches = plan.stretches();
        begin();
    }

    private void begin() {
        if (written.size() < stretches.size()) {
            BaseRuns.Stretch next = stretches.get(written.size());
            from = plan.border(next.from());
            to = plan.border(next.to());
            out = new RunWriter(scratch.newDirectory(), 0, limits);
        }
    }

    private void end() {
        written.add(out.finish());
        out = null;
        begin();
    }

    /** A tombstone of the base's own revision is none of the live keys. */
    @Override
    public void version(byte[] key, int keyLength, long main, long sub, boolean tombstone) {
        while (out != null && to.length > 0 && Arrays.compareUnsigned(to, 0, to.length, key, 0, keyLength) <= 0) {
            end();
        }
        if (out != null && !tombstone && Arrays.compareUnsigned(from, 0, from.length, key, 0, keyLength) <= 0) {
            out.version(key, keyLength, main, sub, false);
        }
    }

    /** Uploads what was written; gives all runs that the base names. */
    List<IndexRun> finish(DataUploader.MergeUpload upload) {
        while (out != null) {
            end();
        }
        long total = BaseRuns.bytes(plan.files())
                - plan.due().stream()
                        .mapToLong(i -> plan.files().get(i).getFile().getBytes())
                        .sum()
                + written.stream()
                        .mapToLong(run -> BaseRuns.bytes(run.getFiles()))
                        .sum();
        List<RunFile> named = new ArrayList<>();
        int kept = 0;
        for (int i = 0; i < stretches.size(); i++) {
            BaseRuns.Stretch stretch = stretches.get(i);
            named.addAll(plan.files().subList(kept, stretch.from()));
            named.addAll(upload.run(cut(written.get(i), total, plan.border(stretch.from())))
                    .getFiles());
            kept = stretch.to();
        }
        named.addAll(plan.files().subList(kept, plan.files().size()));
        List<IndexRun> runs = new ArrayList<>(List.of(new IndexRun(named, 0L)));
        runs.addAll(plan.hoursAfter(named));
        return runs;
    }

    /** A stretch in files of about the same size. The first one begins where the stretch does, whatever is its first key. */
    private IndexRun cut(IndexRun stretch, long total, byte[] border) {
        long entries =
                stretch.getFiles().stream().mapToLong(RunFile::getEntries).sum();
        long size = Math.max(1, Math.max(limits.segmentBytes() / SMALLEST, total / FILES));
        long files = Math.min(entries, Math.max(1, Math.round((double) BaseRuns.bytes(stretch.getFiles()) / size)));
        List<RunFile> even = stretch.getFiles().size() == files
                ? stretch.getFiles()
                : RunWriter.evenly(stretch, files, scratch.newDirectory(), limits)
                        .getFiles();
        List<RunFile> cut = new ArrayList<>();
        for (RunFile file : even) {
            boolean first = cut.isEmpty() && border.length > 0;
            cut.add(new RunFile(
                    file.getFile(),
                    file.getDirectorySha256(),
                    file.getEntries(),
                    first ? ByteBuffer.wrap(border) : file.getFromKey(),
                    file.getFromMain(),
                    revision));
        }
        return new IndexRun(cut, 0L);
    }

    @Override
    public void close() {
        if (out != null) {
            out.close();
        }
    }
}
