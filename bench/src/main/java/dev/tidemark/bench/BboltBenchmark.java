package dev.tidemark.bench;

import dev.tidemark.etcd.file.EtcdDatabase;
import dev.tidemark.etcd.file.EtcdDatabaseWriter;
import dev.tidemark.etcd.file.FileContents;
import dev.tidemark.etcd.file.Liveness;
import dev.tidemark.etcd.file.WrittenDatabase;
import dev.tidemark.schemas.Change;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
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
 * How fast etcd's database file is written and read; {@code megabytes} is MB of file a second, 10^6 bytes.
 *
 * <p>By default in memory ({@code /dev/shm}), so that it measures this code and not a disk; {@code -p directory=DIR}
 * says otherwise, and then every write waits for the disk before it counts.
 *
 * <pre>
 * mvn -q -pl bench -am -DskipTests package dependency:build-classpath -Dmdep.outputFile=target/classpath
 * java -cp bench/target/classes:$(cat bench/target/classpath) org.openjdk.jmh.Main BboltBenchmark
 * </pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 3)
@Measurement(iterations = 4, time = 3)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xmx256m"})
public class BboltBenchmark {
    private static final long FILE_BYTES = 256L << 20;
    private static final int KEY_BYTES = 61;
    private static final int DISTINCT_VALUES = 64;

    /** Where the file goes. */
    @Param("/dev/shm")
    public String directory;

    /** Bytes a value. */
    @Param({"256", "1650", "65536"})
    public int valueBytes;

    private Path file;
    private byte[][] values;
    private long records;
    private long bytes;

    /** The file's bytes that an operation went through, in MB. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Counters {
        /** MB of file. */
        public double megabytes;
    }

    /** Makes the values and a file to read. */
    @Setup(Level.Trial)
    public void prepare() throws IOException {
        file = Files.createTempDirectory(Path.of(directory), "bbolt").resolve("bench.db");
        SplittableRandom random = new SplittableRandom(1);
        values = new byte[DISTINCT_VALUES][valueBytes];
        for (byte[] value : values) {
            random.nextBytes(value);
        }
        records = FILE_BYTES / (valueBytes + KEY_BYTES + 50);
        bytes = writeFile().bytes();
    }

    /** Removes the file. */
    @TearDown(Level.Trial)
    public void remove() throws IOException {
        Files.delete(file);
        Files.delete(file.getParent());
    }

    /** Records to a finished file, its sum included. */
    @Benchmark
    public WrittenDatabase write(Counters counters) {
        WrittenDatabase written = writeFile();
        counters.megabytes += written.bytes() / 1e6;
        return written;
    }

    /** A file to decoded records. */
    @Benchmark
    public void read(Counters counters, Blackhole sink) {
        try (EtcdDatabase database = EtcdDatabase.open(file)) {
            database.forEachChange(0, 0, sink::consume);
        }
        counters.megabytes += bytes / 1e6;
    }

    /** The check of a file's trailing sum. */
    @Benchmark
    public String verifySha256(Counters counters) {
        try (EtcdDatabase database = EtcdDatabase.open(file)) {
            counters.megabytes += bytes / 1e6;
            return database.verifySha256();
        }
    }

    private WrittenDatabase writeFile() {
        try (EtcdDatabaseWriter writer = EtcdDatabaseWriter.create(file, records + 1)) {
            for (int i = 0; i < records; i++) {
                byte[] key = key(i);
                byte[] value = values[i % DISTINCT_VALUES];
                writer.append(Change.put(i + 2, 0, key, value, i + 2, 1, 0, 0, 0), Liveness.LIVE);
            }
            return writer.finish(FileContents.of(List.of()));
        }
    }

    private static byte[] key(int i) {
        byte[] key =
                "/registry/pods/namespace-of-the-benchmark/deployment-000000000".getBytes(StandardCharsets.ISO_8859_1);
        int rest = i;
        for (int at = key.length - 1; rest > 0; at--) {
            key[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return key;
    }
}
