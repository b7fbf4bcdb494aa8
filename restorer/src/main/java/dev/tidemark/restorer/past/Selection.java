package dev.tidemark.restorer.past;

import dev.tidemark.archive.segment.Segment;
import dev.tidemark.archive.segment.Survivors;
import dev.tidemark.archive.segment.Tombstones;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.roaringbitmap.RoaringBitmap;

/** Works out which records of a plan's segments are wanted: only key indexes are read. */
final class Selection {
    private final long revision;
    private final List<Survivors.Input> inputs;
    private final Path scratch;

    /**
     * A selection among a plan's segments.
     *
     * @param revision the plan's revision
     * @param inputs the plan's segments, in revision order
     * @param scratch an existing directory, for a merge of many segments
     */
    Selection(long revision, List<Survivors.Input> inputs, Path scratch) {
        this.scratch = scratch;
        this.revision = revision;
        this.inputs = List.copyOf(inputs);
    }

    /** The state at the revision, with the tombstones of the revision itself: what etcd holds, compacted there. */
    RecordPass state() {
        List<RoaringBitmap> live = Survivors.at(revision, Tombstones.OF_TARGET, inputs, scratch);
        List<RecordPass.Part> parts = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            parts.add(new RecordPass.Part(inputs.get(i).segment(), live.get(i), live.get(i)));
        }
        return new RecordPass(parts);
    }

    /**
     * What an etcd holds that was compacted at an earlier revision: the state there, its tombstones, and every record
     * since.
     */
    RecordPass history(long compacted) {
        List<RoaringBitmap> before = Survivors.at(compacted, Tombstones.OF_TARGET, startedBy(compacted), scratch);
        List<RoaringBitmap> live = Survivors.at(revision, Tombstones.NONE, inputs, scratch);
        List<RecordPass.Part> parts = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            RoaringBitmap wanted = i < before.size() ? before.get(i).clone() : new RoaringBitmap();
            addSince(compacted, inputs.get(i), wanted);
            parts.add(new RecordPass.Part(inputs.get(i).segment(), wanted, live.get(i)));
        }
        return new RecordPass(parts);
    }

    /** What counts in HashKV of an etcd compacted at an earlier revision: every record since, and older live ones. */
    RecordPass hashed(long compacted) {
        List<RoaringBitmap> live = Survivors.at(revision, Tombstones.NONE, inputs, scratch);
        List<RecordPass.Part> parts = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            RoaringBitmap wanted = live.get(i).clone();
            addSince(compacted, inputs.get(i), wanted);
            parts.add(new RecordPass.Part(inputs.get(i).segment(), wanted, live.get(i)));
        }
        return new RecordPass(parts);
    }

    private List<Survivors.Input> startedBy(long main) {
        return inputs.stream()
                .filter(input -> input.segment().ref().getFirstMain() <= main)
                .toList();
    }

    private void addSince(long compacted, Survivors.Input input, RoaringBitmap wanted) {
        Segment segment = input.segment();
        long from = Math.max(compacted, input.after());
        if (segment.ref().getLastMain() > from) {
            wanted.add((long) segment.ordinalsUpTo(from), (long) segment.ordinalsUpTo(revision));
        }
    }
}
