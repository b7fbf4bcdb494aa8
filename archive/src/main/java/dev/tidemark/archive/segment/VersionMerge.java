package dev.tidemark.archive.segment;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.schemas.avro.IndexRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

/** Merges versions of keys out of several inputs. */
public final class VersionMerge {
    /** Bytes of blocks that a merge holds, over all inputs. */
    private static final int AHEAD_BYTES = 32 << 20;

    private static final int MIN_AHEAD_BYTES = 64 << 10;

    private VersionMerge() {}

    /** An input that is opened when its turn comes: it is told how many bytes to fetch at a time. */
    public interface Source {
        /** Opens it. */
        VersionCursor open(int aheadBytes);

        /** The key index of a segment. */
        static Source of(Segment segment) {
            return segment::index;
        }

        /** A run. */
        static Source of(KeyRun run) {
            return run::entries;
        }
    }

    /**
     * Merges all versions into one run; of more inputs than are opened at once in two passes.
     *
     * @param directory an empty one for the run's files, and others on the way
     * @param oldestFirst the inputs; of one key all versions of an earlier input are older than those of a later one
     * @param firstMain a main revision that is not larger than any version's
     * @return the run on the local disk
     * @throws DamagedObjectException if an input is damaged, or its versions are not in order
     */
    public static IndexRun merge(Path directory, List<Source> oldestFirst, long firstMain, SegmentLimits limits) {
        List<Source> inputs = oldestFirst;
        for (int pass = 0; inputs.size() > Survivors.MOST_INPUTS; pass++) {
            List<Source> joined = new ArrayList<>();
            for (int from = 0; from < inputs.size(); from += Survivors.MOST_INPUTS) {
                List<Source> some = inputs.subList(from, Math.min(inputs.size(), from + Survivors.MOST_INPUTS));
                Path room = newDirectory(directory, "pass-" + pass + "-" + from);
                joined.add(Source.of(KeyRun.open(write(room, some, firstMain, limits))));
            }
            inputs = joined;
        }
        return write(directory, inputs, firstMain, limits);
    }

    private static IndexRun write(Path directory, List<Source> inputs, long firstMain, SegmentLimits limits) {
        try (RunWriter out = new RunWriter(directory, firstMain, limits)) {
            Input[] all = open(inputs);
            LoserTree<Input> tree = new LoserTree<>(all);
            for (int winner = tree.winner(); winner >= 0; winner = tree.winner()) {
                all[winner].give(out);
                tree.replay();
            }
            return out.finish();
        }
    }

    private static Input[] open(List<Source> inputs) {
        int ahead = Math.max(MIN_AHEAD_BYTES, AHEAD_BYTES / Math.max(1, inputs.size()));
        // among equal keys the last input comes first, and that has to be the oldest
        IntFunction<Input> newestFirst =
                i -> new Input(inputs.get(inputs.size() - 1 - i).open(ahead));
        Input[] all = new Input[inputs.size()];
        Arrays.setAll(all, newestFirst);
        return all;
    }

    /**
     * Tells the newest version of each key, by key. All inputs are opened at once, in any order; several may know the same
     * version.
     */
    public static void newest(List<Source> inputs, VersionSink sink) {
        Input[] all = open(inputs);
        LoserTree<Input> tree = new LoserTree<>(all);
        Newest newest = new Newest(sink);
        for (int winner = tree.winner(); winner >= 0; winner = tree.winner()) {
            all[winner].give(newest);
            tree.replay();
        }
        newest.end();
    }

    /** Takes versions by key, and passes on the newest of each. */
    private static final class Newest implements VersionSink {
        private final VersionSink sink;
        private final Bytes key = new Bytes(256);
        private Version newest;

        private Newest(VersionSink sink) {
            this.sink = sink;
        }

        @Override
        public void version(byte[] array, int length, long main, long sub, boolean tombstone) {
            Version next = new Version(main, sub, tombstone);
            if (newest != null && Arrays.equals(key.array(), 0, key.size(), array, 0, length)) {
                newest = newest.or(next);
                return;
            }
            end();
            key.clear();
            key.raw(array, 0, length);
            newest = next;
        }

        private void end() {
            if (newest != null) {
                sink.version(key.array(), key.size(), newest.main(), newest.sub(), newest.tombstone());
            }
        }
    }

    private static Path newDirectory(Path parent, String name) {
        try {
            return Files.createDirectory(parent.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An input that stands at a version. */
    private static final class Input implements LoserTree.Input<Input> {
        private final VersionCursor cursor;
        private boolean ended;

        private Input(VersionCursor cursor) {
            this.cursor = cursor;
            this.ended = !cursor.next();
        }

        /** Gives one version and goes on; the next one of the same key wins again, since no other input is older. */
        private void give(VersionSink sink) {
            sink.version(cursor.keyArray(), cursor.keyLength(), cursor.main(), cursor.sub(), cursor.tombstone());
            ended = !cursor.next();
        }

        /** The same, for a run: its sums say nothing of the order of what it holds. */
        private void give(RunWriter run) {
            try {
                give((VersionSink) run);
            } catch (IllegalArgumentException e) {
                throw new DamagedObjectException(cursor.object(), "is not in order: " + e.getMessage(), e);
            }
        }

        @Override
        public boolean isEnd() {
            return ended;
        }

        @Override
        public int compareKey(Input other) {
            return Arrays.compareUnsigned(
                    cursor.keyArray(), 0, cursor.keyLength(), other.cursor.keyArray(), 0, other.cursor.keyLength());
        }
    }
}
