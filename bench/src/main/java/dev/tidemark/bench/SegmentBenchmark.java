package dev.tidemark.bench;

import dev.tidemark.archive.segment.LocalSegment;
import dev.tidemark.archive.segment.Segment;
import dev.tidemark.archive.segment.SegmentCutter;
import dev.tidemark.archive.segment.SegmentLimits;
import dev.tidemark.schemas.Change;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
import org.openjdk.jmh.infra.Blackhole;

/**
 * How fast a log becomes a segment with its index and live set (one thread), and how fast its records come back (two).
 * {@code records} is records a second, {@code megabytes} is MB of keys and values a second, 10^6 bytes. Runs like {@link
 * BboltBenchmark}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 3)
@Measurement(iterations = 4, time = 3)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xmx512m"})
public class SegmentBenchmark {
    private static final int RECORDS = 200_000;
    private static final int KEYS = 20_000;

    /** Where the files go. */
    @Param("/dev/shm")
    public String directory;

    /** Bytes a value. */
    @Param({"256", "1024"})
    public int valueBytes;

    private Path work;
    private List<Change> log;
    private List<LocalSegment> segments;

    /** What was done, beside the number of runs. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Done {
        /** Records. */
        public long records;

        /** Bytes of keys and values, in MB. */
        public double megabytes;

        void add(List<Change> log) {
            records += log.size();
            for (Change change : log) {
                megabytes += (change.key().length + change.value().length) / 1e6;
            }
        }
    }

    /** Makes the log, and the segments that are read. */
    @Setup(Level.Trial)
    public void prepare() throws IOException {
        work = Files.createTempDirectory(Path.of(directory), "segments");
        log = ChangeLog.of(1, 2, RECORDS, KEYS, valueBytes);
        segments = cut(Files.createDirectory(work.resolve("read")));
    }

    /** Log → segments, indexes and live sets. */
    @Benchmark
    public List<LocalSegment> write(Done done) throws IOException {
        List<LocalSegment> written = cut(work);
        done.add(log);
        return written;
    }

    /** All records of the segments, in order. */
    @Benchmark
    public void scan(Done done, Blackhole hole) {
        for (LocalSegment segment : segments) {
            Segment.open(segment).scan(hole::consume);
        }
        done.add(log);
    }

    /** Removes the files. */
    @TearDown(Level.Trial)
    public void clean() throws IOException {
        Scratch.delete(work);
    }

    private List<LocalSegment> cut(Path into) {
        try (SegmentCutter cutter = new SegmentCutter(into, SegmentLimits.DEFAULT)) {
            log.forEach(cutter::append);
            return cutter.finish();
        }
    }
}
