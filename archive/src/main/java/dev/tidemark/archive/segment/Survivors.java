package dev.tidemark.archive.segment;

import dev.tidemark.schemas.avro.SegmentRef;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.roaringbitmap.BitSetUtil;
import org.roaringbitmap.RoaringBitmap;

/** Finds which records are a key's state at a revision, by merging key indexes. Thread-safe. */
public final class Survivors {
    /** Bytes of index blocks that a merge holds, over all inputs. */
    private static final int AHEAD_BYTES = 32 << 20;

    private static final int MIN_AHEAD_BYTES = 64 << 10;

    /** Inputs that are open at a time. */
    static final int MOST_INPUTS = 170;

    private Survivors() {}

    /**
     * One segment's part in a merge.
     *
     * @param segment the segment
     * @param live which of its records count; empty: all up to the target
     * @param liveAt the revision for which {@code live} was worked out: the last one of the base or of the
     *     <em>whole</em> checkpoint, not of the segment
     * @param base whether {@code live} is a base's, which forgot tombstones and holds for no earlier revision
     * @param after records up to this main revision don't count: what comes before holds their state; 0 for none
     */
    public record Input(Segment segment, Optional<RoaringBitmap> live, long liveAt, boolean base, long after) {
        /** A member of a base at {@code revision}. */
        public static Input ofBase(Segment segment, RoaringBitmap live, long revision) {
            return new Input(segment, Optional.of(live), revision, true, 0);
        }

        /**
         * A member of a checkpoint that ends with {@code last}; where the target is before that, its live set says
         * nothing and all entries up to the target count.
         */
        public static Input ofCheckpoint(Segment segment, RoaringBitmap live, long last) {
            return new Input(segment, Optional.of(live), last, false, 0);
        }

        /** A segment without a live set, such as the tail's. */
        public static Input raw(Segment segment) {
            return new Input(segment, Optional.empty(), 0, false, 0);
        }

        /**
         * The same without its records up to a main revision: for a segment that a base within its range makes partly
         * needless. The base is an input before it.
         */
        public Input after(long revision) {
            if (segment.ref().getFirstMain() > revision) {
                return this;
            }
            return new Input(segment, live, liveAt, base, revision);
        }

        private boolean countsAt(long target) {
            return segment.ref().getLastMain() > after
                    && segment.ref().getFirstMain() <= target
                    && !(liveAt <= target && live.map(RoaringBitmap::isEmpty).orElse(false));
        }

        private NewestVersions versions(long target, int aheadBytes) {
            RoaringBitmap counting = liveAt <= target ? live.orElse(null) : null;
            if (after > 0) {
                RoaringBitmap later = counting == null ? new RoaringBitmap() : counting.clone();
                int skipped = segment.ordinalsUpTo(after);
                if (counting == null) {
                    later.add((long) skipped, segment.records());
                } else {
                    later.remove(0L, skipped);
                }
                counting = later;
            }
            return new NewestVersions(segment.index(aheadBytes), counting, target);
        }
    }

    /**
     * The ordinals of the records that are their key's state at {@code target}, one bitmap for each input; all inputs are
     * opened at once.
     *
     * @param target a main revision; newer entries are ignored
     * @param inputs in revision order, without overlap
     * @throws IllegalArgumentException if inputs overlap, a live set names records that its segment does not have, or a
     *     base is newer than the target
     */
    public static List<RoaringBitmap> at(long target, Tombstones tombstones, List<Input> inputs) {
        checkOrder(target, inputs);
        Marks marks = new Marks(inputs.size());
        int[] places = counting(target, inputs);
        NewestVersions[] versions = open(target, inputs, places);
        merge(versions, (input, newest) -> {
            if (stays(newest, target, tombstones)) {
                marks.set(places[input], newest.ordinal());
            }
        });
        return marks.bitmaps();
    }

    /** The same with no more than 170 inputs open at once: more are merged in two passes. */
    public static List<RoaringBitmap> at(long target, Tombstones tombstones, List<Input> inputs, Path scratch) {
        return at(target, tombstones, inputs, scratch, VersionSink.NONE);
    }

    /**
     * The same, and each survivor is told.
     *
     * @param scratch an existing directory
     * @param sink takes the survivors by key
     */
    public static List<RoaringBitmap> at(
            long target, Tombstones tombstones, List<Input> inputs, Path scratch, VersionSink sink) {
        checkOrder(target, inputs);
        Marks marks = new Marks(inputs.size());
        int[] places = counting(target, inputs);
        try (TemporaryFiles files = new TemporaryFiles(scratch)) {
            List<MergeGroup> groups = new ArrayList<>();
            if (places.length > MOST_INPUTS) {
                for (int from = 0; from < places.length; from += MOST_INPUTS) {
                    int[] some = Arrays.copyOfRange(places, from, Math.min(places.length, from + MOST_INPUTS));
                    int[] records = IntStream.of(some)
                            .map(place -> inputs.get(place).segment.records())
                            .toArray();
                    groups.add(MergeGroup.write(files.next(), open(target, inputs, some), records));
                }
            }
            NewestVersions[] versions = groups.isEmpty()
                    ? open(target, inputs, places)
                    : groups.stream()
                            .map(group -> group.versions(target, aheadBytes(groups.size())))
                            .toArray(NewestVersions[]::new);
            merge(versions, (input, newest) -> {
                if (stays(newest, target, tombstones)) {
                    sink.version(
                            newest.keyArray(), newest.keyLength(), newest.main(), newest.sub(), newest.isTombstone());
                    if (groups.isEmpty()) {
                        marks.set(places[input], newest.ordinal());
                    } else {
                        MergeGroup group = groups.get(input);
                        int member = group.inputOf(newest.ordinal());
                        marks.set(places[input * MOST_INPUTS + member], group.ordinalIn(member, newest.ordinal()));
                    }
                }
            });
        }
        return marks.bitmaps();
    }

    /** The records that survive, by input. */
    private static final class Marks {
        private final BitSet[] bits;

        Marks(int inputs) {
            this.bits = new BitSet[inputs];
            Arrays.setAll(bits, i -> new BitSet());
        }

        void set(int input, int ordinal) {
            bits[input].set(ordinal);
        }

        List<RoaringBitmap> bitmaps() {
            return Stream.of(bits).map(BitSetUtil::bitmapOf).toList();
        }
    }

    private static int[] counting(long target, List<Input> inputs) {
        return IntStream.range(0, inputs.size())
                .filter(i -> inputs.get(i).countsAt(target))
                .toArray();
    }

    private static NewestVersions[] open(long target, List<Input> inputs, int[] places) {
        NewestVersions[] versions = new NewestVersions[places.length];
        Arrays.setAll(versions, i -> inputs.get(places[i]).versions(target, aheadBytes(places.length)));
        return versions;
    }

    private static int aheadBytes(int inputs) {
        return Math.max(MIN_AHEAD_BYTES, AHEAD_BYTES / Math.max(1, inputs));
    }

    /** Takes the newest version of each key. */
    interface Sink {
        void newest(int input, NewestVersions versions);
    }

    static void merge(NewestVersions[] inputs, Sink sink) {
        LoserTree<NewestVersions> tree = new LoserTree<>(inputs);
        Bytes key = new Bytes(256);
        for (int winner = tree.winner(); winner >= 0; winner = tree.winner()) {
            NewestVersions newest = inputs[winner];
            sink.newest(winner, newest);
            newest.copyKey(key);
            do {
                inputs[winner].next();
                tree.replay();
                winner = tree.winner();
            } while (winner >= 0 && inputs[winner].hasKey(key));
        }
    }

    private static boolean stays(NewestVersions newest, long target, Tombstones tombstones) {
        if (!newest.isTombstone()) {
            return true;
        }
        return switch (tombstones) {
            case ALL -> true;
            case OF_TARGET -> newest.main() == target;
            case NONE -> false;
        };
    }

    private static void checkOrder(long target, List<Input> inputs) {
        SegmentRef before = null;
        for (Input input : inputs) {
            SegmentRef ref = input.segment.ref();
            if (before != null
                    && input.after < before.getLastMain()
                    && (ref.getFirstMain() < before.getLastMain()
                            || (ref.getFirstMain() == before.getLastMain()
                                    && ref.getFirstSub() <= before.getLastSub()))) {
                throw new IllegalArgumentException(ref.getData().getName() + " begins at " + ref.getFirstMain() + "/"
                        + ref.getFirstSub() + ", before the end of "
                        + before.getData().getName() + " at " + before.getLastMain() + "/" + before.getLastSub());
            }
            if (input.live.isPresent() && input.live.get().intersects(ref.getRecords(), 1L << 32)) {
                throw new IllegalArgumentException(ref.getData().getName() + " has " + ref.getRecords()
                        + " records, and a live set that names more");
            }
            if (input.base && input.liveAt > target) {
                throw new IllegalArgumentException("a base at " + input.liveAt + " says nothing about " + target);
            }
            before = ref;
        }
    }
}
