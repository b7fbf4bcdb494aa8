package dev.tidemark.restorer.verify.ladder;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.segment.KeyRun;
import dev.tidemark.archive.segment.VersionCursor;
import dev.tidemark.archive.segment.VersionMerge;
import dev.tidemark.schemas.avro.IndexRun;
import dev.tidemark.schemas.avro.ObjectRef;
import dev.tidemark.schemas.avro.RunFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Index runs of one manifest against the records of its segments, and against all that was merged. What is wrong with
 * them endangers no revision: lookups do without. Not thread-safe.
 */
final class RunCheck {
    private final ClusterArchive archive;
    private final Proof proof;
    private final Tally tally;
    private final Holding holding;
    private final Path room;

    /**
     * @param room an existing directory, for copies of the runs
     */
    RunCheck(ClusterArchive archive, Proof proof, Tally tally, Holding holding, Path room) {
        this.archive = archive;
        this.proof = proof;
        this.tally = tally;
        this.holding = holding;
        this.room = room;
    }

    /** Proves the files and their order; gives copies of them, or nothing if anything is wrong. */
    Optional<List<IndexRun>> copies() {
        List<IndexRun> copies = new ArrayList<>();
        boolean whole = true;
        for (IndexRun run : holding.runs()) {
            List<RunFile> files = new ArrayList<>();
            for (RunFile file : run.getFiles()) {
                Part part = Holding.part(file);
                tally.isNew(archive.root() + part.ref().getName());
                Path copy = room.resolve("run-" + copies.size() + "-" + files.size());
                whole &= proof.holds(part, holding.owner(), copy);
                files.add(new RunFile(
                        new ObjectRef(
                                copy.toString(),
                                part.ref().getBytes(),
                                part.ref().getSha256()),
                        file.getDirectorySha256(),
                        file.getEntries(),
                        file.getFromKey(),
                        file.getFromMain(),
                        file.getAsOf()));
            }
            copies.add(new IndexRun(files, run.getLast()));
        }
        return whole && copies.stream().allMatch(this::isInOrder) ? Optional.of(copies) : Optional.empty();
    }

    /** Each file holds what its manifest says that it begins with, and all versions rise. */
    private boolean isInOrder(IndexRun run) {
        Rising rising = new Rising();
        try {
            for (RunFile file : run.getFiles()) {
                VersionCursor cursor =
                        KeyRun.open(new IndexRun(List.of(file), 0L)).entries();
                for (boolean first = true; cursor.next(); first = false) {
                    if (!rising.takes(cursor) || (first && !rising.beginsAs(file))) {
                        return isWrong("is not in order at record " + cursor.main() + "/" + cursor.sub());
                    }
                }
            }
            return true;
        } catch (DamagedObjectException e) {
            return isWrong("cannot be read: " + Problems.of(e));
        }
    }

    /** The version that came last. */
    private static final class Rising {
        private byte[] key;
        private byte[] before;
        private long main;
        private long sub;

        private boolean takes(VersionCursor next) {
            byte[] nextKey = Arrays.copyOf(next.keyArray(), next.keyLength());
            int order = key == null ? -1 : Arrays.compareUnsigned(key, nextKey);
            boolean rises =
                    order < 0 || (order == 0 && (main < next.main() || (main == next.main() && sub < next.sub())));
            before = key;
            key = nextKey;
            main = next.main();
            sub = next.sub();
            return rises;
        }

        /** The key that a file is found by lies behind the file before and not behind its own first key. */
        private boolean beginsAs(RunFile file) {
            ByteBuffer from = file.getFromKey().duplicate();
            byte[] said = new byte[from.remaining()];
            from.get(said);
            boolean same = Arrays.equals(said, key);
            boolean behind = before == null || Arrays.compareUnsigned(before, said) < 0 || Arrays.equals(before, key);
            return behind && Arrays.compareUnsigned(said, key) <= 0 && (!same || file.getFromMain() == main);
        }
    }

    /** The newest versions in the runs are those that the manifest's segments hold. */
    boolean holdsSurvivors(List<IndexRun> copies, VersionSum survivors) {
        boolean base = holding.content().orElseThrow().density() == Holding.Density.STATE;
        VersionSum newest = new VersionSum();
        List<VersionMerge.Source> sources = copies.stream()
                .map(KeyRun::open)
                .map((KeyRun run) -> VersionMerge.Source.of(run))
                .toList();
        VersionMerge.newest(sources, (key, keyLength, main, sub, tombstone) -> {
            if (!base || !tombstone) {
                newest.add(key, keyLength, main, sub, tombstone);
            }
        });
        return newest.isSame(survivors)
                || isWrong("says that " + newest.count() + " records are their key's state, but its segments hold "
                        + survivors.count() + " or others");
    }

    /** Of a checkpoint: all versions in its run are those of all records that were merged. */
    void holdsAll(List<IndexRun> copies, VersionSum records) {
        VersionSum all = sum(KeyRun.open(copies.get(0)));
        if (!all.isSame(records)) {
            isWrong("has " + all.count() + " versions, but what was merged has " + records.count() + " or others");
        }
    }

    /** The same by the runs of what was merged, each of which is looked at on its own. */
    void holdsAll(List<IndexRun> copies, List<IndexRun> children) {
        VersionSum records = new VersionSum();
        for (IndexRun child : children) {
            add(KeyRun.open(archive.store(), archive.root(), child), records);
        }
        holdsAll(copies, records);
    }

    private static VersionSum sum(KeyRun run) {
        VersionSum sum = new VersionSum();
        add(run, sum);
        return sum;
    }

    private static void add(KeyRun run, VersionSum sum) {
        VersionCursor cursor = run.entries();
        while (cursor.next()) {
            sum.add(cursor.keyArray(), cursor.keyLength(), cursor.main(), cursor.sub(), cursor.tombstone());
        }
    }

    /** Always false. */
    private boolean isWrong(String problem) {
        tally.found(Tally.Fault.DAMAGED, holding.owner(), "its index run " + problem, Optional::empty);
        return false;
    }
}
