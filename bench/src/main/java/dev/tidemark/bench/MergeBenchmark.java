package dev.tidemark.bench;

import dev.tidemark.archive.segment.LocalSegment;
import dev.tidemark.archive.segment.Segment;
import dev.tidemark.archive.segment.SegmentCutter;
import dev.tidemark.archive.segment.SegmentLimits;
import dev.tidemark.archive.segment.Survivors;
import dev.tidemark.archive.segment.Tombstones;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.roaringbitmap.RoaringBitmap;

/**
 * How fast key indexes are merged into live sets, on one thread; {@code entries} is index entries a second. Runs like
 * {@link BboltBenchmark}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 3)
@Measurement(iterations = 4, time = 3)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xmx256m"})
public class MergeBenchmark {
    private static final int RECORDS = 20_000;
    private static final int KEYS = 200_000;

    /** Where the files go. */
    @Param("/dev/shm")
    public String directory;

    /** How many segments are merged. */
    @Param({"64", "170"})
    public int inputs;

    private final List<LocalSegment> segments = new ArrayList<>();
    private Path work;
    private long target;

    /** What was done, beside the number of runs. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Done {
        /** Entries of all indexes. */
        public long entries;
    }

    /** Cuts the segments. */
    @Setup(Level.Trial)
    public void prepare() throws IOException {
        work = Files.createTempDirectory(Path.of(directory), "merge");
        for (int i = 0; i < inputs; i++) {
            Path own = Files.createDirectory(work.resolve(Integer.toString(i)));
            try (SegmentCutter cutter = new SegmentCutter(own, SegmentLimits.DEFAULT)) {
                ChangeLog.of(i, 2 + (long) i * RECORDS, RECORDS, KEYS, 16).forEach(cutter::append);
                segments.addAll(cutter.finish());
            }
        }
        target = 1 + (long) inputs * RECORDS;
    }

    /** All entries count. */
    @Benchmark
    public List<RoaringBitmap> raw(Done done) {
        done.entries += (long) inputs * RECORDS;
        return Survivors.at(
                target,
                Tombstones.ALL,
                segments.stream().map(s -> Survivors.Input.raw(Segment.open(s))).toList());
    }

    /** Only the entries in each segment's own live set count. */
    @Benchmark
    public List<RoaringBitmap> checkpoints(Done done) {
        done.entries += (long) inputs * RECORDS;
        return Survivors.at(
                target,
                Tombstones.ALL,
                segments.stream().map(MergeBenchmark::live).toList());
    }

    /** Removes the files. */
    @TearDown(Level.Trial)
    public void clean() throws IOException {
        Scratch.delete(work);
    }

    private static Survivors.Input live(LocalSegment segment) {
        return Survivors.Input.ofCheckpoint(
                Segment.open(segment), segment.live(), segment.summary().getLastMain());
    }
}
