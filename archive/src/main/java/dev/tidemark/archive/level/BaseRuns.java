package dev.tidemark.archive.level;

import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.IndexRun;
import dev.tidemark.schemas.avro.RunFile;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a synthetic base makes its runs of: the files of live keys that the base before names, and the runs of the hours
 * since, which stand in the archive anyway. Each base writes a few files anew, those that are behind the most hours: a
 * pure function of the base before and the hours.
 *
 * @param files the live keys of the base before, by key; empty if all have to be written anew
 * @param hours the runs of the hours that some of the files are behind, oldest first
 * @param due which of the files are written anew
 */
record BaseRuns(List<RunFile> files, List<IndexRun> hours, BitSet due) {
    /** Each of them costs a lookup two reads. */
    static final int MOST_HOURS = 6;

    /** As many bases as a file is behind no more than that: each writes a part, the last one what is behind most. */
    private static final int BASES = MOST_HOURS + 1;

    private static final BaseRuns ALL = new BaseRuns(List.of(), List.of(), new BitSet());

    /**
     * Neighbours that are written anew together.
     *
     * @param from the first one
     * @param to behind the last one
     */
    record Stretch(int from, int to) {}

    /** What the next base makes of the runs of the one before. */
    static BaseRuns after(BaseManifest former, List<CheckpointManifest> since) {
        boolean known = former.getSynthesis() != null
                && since.stream().allMatch(hour -> hour.getMerge().getRun() != null);
        return known
                ? after(
                        former.getSynthesis().getRuns(),
                        since.stream()
                                .map(hour ->
                                        new IndexRun(hour.getMerge().getRun().getFiles(), hour.getLast()))
                                .toList())
                : ALL;
    }

    /**
     * The same.
     *
     * @param former the runs of the base before; an older version did not say how far behind they are
     * @param since the runs of the hours since
     */
    static BaseRuns after(List<IndexRun> former, List<IndexRun> since) {
        List<RunFile> files = former.isEmpty() ? List.of() : former.get(0).getFiles();
        if (files.isEmpty() || files.stream().anyMatch(file -> file.getAsOf() == 0)) {
            return ALL;
        }
        List<IndexRun> hours = new ArrayList<>(former.subList(1, former.size()));
        hours.addAll(since);
        return new BaseRuns(files, hours, due(files, hours));
    }

    /**
     * No more than is owed to the bases to come, so that each of them writes about the same, and all that is behind too
     * much; of what is behind as much the smallest keys first, so that neighbours are written together.
     */
    private static BitSet due(List<RunFile> files, List<IndexRun> hours) {
        int[] behind = files.stream().mapToInt(file -> behind(file, hours)).toArray();
        long owed = owed(files, behind);
        List<Integer> order = IntStream.range(0, behind.length)
                .boxed()
                .sorted(Comparator.comparingInt((Integer i) -> -behind[i]))
                .toList();
        BitSet due = new BitSet();
        for (int i : order) {
            owed -= bytes(files.get(i));
            if (owed < 0 && behind[i] <= MOST_HOURS) {
                break;
            }
            due.set(i);
        }
        return due;
    }

    private static int behind(RunFile file, List<IndexRun> hours) {
        return (int)
                hours.stream().filter(hour -> hour.getLast() > file.getAsOf()).count();
    }

    /** What must be written now, or a base before all is written would have to write more than its part. */
    private static long owed(List<RunFile> files, int[] behind) {
        long part = bytes(files) / BASES;
        long owed = 0;
        for (int hours = 1; hours <= BASES; hours++) {
            int least = hours;
            long waiting = IntStream.range(0, behind.length)
                    .filter(i -> behind[i] >= least)
                    .mapToLong(i -> bytes(files.get(i)))
                    .sum();
            owed = Math.max(owed, waiting - (BASES - hours) * part);
        }
        return owed;
    }

    /** What is written anew, by key. */
    List<Stretch> stretches() {
        if (files.isEmpty()) {
            return List.of(new Stretch(0, 0));
        }
        List<Stretch> stretches = new ArrayList<>();
        for (int from = due.nextSetBit(0); from >= 0; ) {
            int to = due.nextClearBit(from);
            stretches.add(new Stretch(from, to));
            from = due.nextSetBit(to);
        }
        return stretches;
    }

    /** The key that no key before a file reaches, and that none of it falls below; empty for the first one and the end. */
    byte[] border(int file) {
        if (file == 0 || file == files.size()) {
            return new byte[0];
        }
        ByteBuffer from = files.get(file).getFromKey().duplicate();
        byte[] border = new byte[from.remaining()];
        from.get(border);
        return border;
    }

    /** The runs of the hours that some of the files of the new base are behind. */
    List<IndexRun> hoursAfter(List<RunFile> named) {
        return hours.stream()
                .filter(hour -> named.stream().anyMatch(file -> file.getAsOf() < hour.getLast()))
                .toList();
    }

    /** How many bytes files have. */
    static long bytes(List<RunFile> files) {
        return files.stream().mapToLong(BaseRuns::bytes).sum();
    }

    private static long bytes(RunFile file) {
        return file.getFile().getBytes();
    }
}
