package dev.tidemark.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/**
 * Prints how much each way of keeping an hour needs, as rows of a table.
 *
 * @param captured bytes of keys and values of the hour's revisions: each row is seen in relation to them
 */
record BytesTable(long captured) {
    /** Prints the table's head. */
    static BytesTable begin(long captured) {
        System.out.println("| what is kept | files | MB | bytes a captured byte |");
        System.out.println("|---|---|---|---|");
        return new BytesTable(captured);
    }

    void tidemark(ArchiveBytes archive) {
        row("Tidemark: raw segments", archive.rawSegments());
        row("Tidemark: their indexes", archive.rawIndexes());
        row("Tidemark: their manifests", archive.rawManifests());
        row("Tidemark: levels and bases, worked out of them", archive.derived());
        ArchiveBytes.Size all = archive.all();
        ArchiveBytes.Size base = archive.base();
        row("**Tidemark, all after the first base**", all.objects() - base.objects(), all.bytes() - base.bytes());
        row("Tidemark: the first base", base);
    }

    void peer(List<EtcdBrctl.Snapshot> snapshots) {
        List<EtcdBrctl.Snapshot> fulls = snapshots.stream()
                .filter(EtcdBrctl.Snapshot::full)
                .sorted(Comparator.comparingLong(EtcdBrctl.Snapshot::lastRevision))
                .toList();
        List<EtcdBrctl.Snapshot> deltas =
                snapshots.stream().filter(snapshot -> !snapshot.full()).toList();
        // of an hour and a few minutes, as the clock has it, there may be two
        List<EtcdBrctl.Snapshot> later = fulls.subList(1, Math.min(2, fulls.size()));
        row("etcdbrctl: delta snapshots, gzip", deltas.size(), sum(deltas));
        row("etcdbrctl: the hour's full snapshot, gzip", later.size(), sum(later));
        row("**etcdbrctl, all after the first full snapshot**", deltas.size() + later.size(), sum(deltas) + sum(later));
        row("etcdbrctl: the first full snapshot, gzip", 1, fulls.get(0).bytes());
    }

    /**
     * Full snapshots by the clock.
     *
     * @param snapshots of every tenth minute; every third one is half-hourly
     */
    void cron(List<Path> snapshots) throws IOException {
        List<Long> plain = new ArrayList<>();
        List<Long> packed = new ArrayList<>();
        for (Path snapshot : snapshots) {
            plain.add(Files.size(snapshot));
            packed.add(gzipped(snapshot));
        }
        row("full snapshots every 10 minutes", plain, 1);
        row("full snapshots every 10 minutes, gzip", packed, 1);
        row("full snapshots every 30 minutes", plain, 3);
        row("full snapshots every 30 minutes, gzip", packed, 3);
    }

    private void row(String what, List<Long> bytes, int step) {
        List<Long> taken = new ArrayList<>();
        for (int i = step - 1; i < bytes.size(); i += step) {
            taken.add(bytes.get(i));
        }
        row(what, taken.size(), taken.stream().mapToLong(Long::longValue).sum());
    }

    private void row(String what, ArchiveBytes.Size size) {
        row(what, size.objects(), size.bytes());
    }

    void row(String what, long files, long bytes) {
        System.out.printf("| %s | %,d | %.1f | %.3f |%n", what, files, bytes / 1e6, (double) bytes / captured);
    }

    private static long sum(List<EtcdBrctl.Snapshot> snapshots) {
        return snapshots.stream().mapToLong(EtcdBrctl.Snapshot::bytes).sum();
    }

    /** How long a file is after gzip at its default level. */
    private static long gzipped(Path file) throws IOException {
        Counting counting = new Counting();
        try (InputStream in = Files.newInputStream(file);
                OutputStream out = new GZIPOutputStream(counting, 64 << 10)) {
            in.transferTo(out);
        }
        return counting.bytes;
    }

    /** Keeps nothing of what is written but how much it was. */
    private static final class Counting extends OutputStream {
        private long bytes;

        @Override
        public void write(int single) {
            bytes++;
        }

        @Override
        public void write(byte[] from, int offset, int length) {
            bytes += length;
        }
    }
}
