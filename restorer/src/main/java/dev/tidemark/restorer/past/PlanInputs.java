package dev.tidemark.restorer.past;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.segment.LiveSets;
import dev.tidemark.archive.segment.LocalSegment;
import dev.tidemark.archive.segment.Segment;
import dev.tidemark.archive.segment.Survivors;
import dev.tidemark.restorer.plan.RestorePlan;
import dev.tidemark.restorer.tail.Tail;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.LiveSet;
import dev.tidemark.schemas.avro.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.roaringbitmap.RoaringBitmap;

/** Opens the segments that a plan names, in revision order, each with the live set that counts for it. */
final class PlanInputs {
    private final ClusterArchive archive;
    private final RestorePlan plan;
    private final Purpose purpose;
    private final List<Survivors.Input> inputs = new ArrayList<>();

    /** What the inputs are opened for. */
    enum Purpose {
        /** Finding all survivors: live sets of checkpoints spare most of the work. */
        MERGE,
        /** Finding single keys, newest first: live sets of checkpoints say nothing that the index does not. */
        LOOKUP
    }

    private PlanInputs(ClusterArchive archive, RestorePlan plan, Purpose purpose) {
        this.archive = archive;
        this.plan = plan;
        this.purpose = purpose;
    }

    /** None yet of a plan; they are added by the caller, in revision order. */
    static PlanInputs of(ClusterArchive archive, RestorePlan plan, Purpose purpose) {
        return new PlanInputs(archive, plan, purpose);
    }

    /** Those that were added since the last time. */
    List<Survivors.Input> take() {
        List<Survivors.Input> taken = List.copyOf(inputs);
        inputs.clear();
        return taken;
    }

    /**
     * The inputs of a plan.
     *
     * @param tail the tail that the plan was made with
     */
    static List<Survivors.Input> open(ClusterArchive archive, RestorePlan plan, Optional<Tail> tail, Purpose purpose) {
        PlanInputs opened = of(archive, plan, purpose);
        opened.addBase();
        plan.checkpoints().forEach(opened::addWhole);
        plan.segment().ifPresent(opened::addPart);
        if (plan.tail().isPresent()) {
            opened.addTail(tail.orElseThrow().segments());
        }
        return opened.inputs;
    }

    /** A base may have been taken within a checkpoint's interval: then it holds the interval's beginning already. */
    private void addAfterBase(Survivors.Input input) {
        if (input.segment().ref().getLastMain() > snapshot()) {
            inputs.add(purpose == Purpose.MERGE ? input.after(snapshot()) : input);
        }
    }

    private long snapshot() {
        return plan.base().manifest().getBase().getRevision();
    }

    /** Adds the base. */
    void addBase() {
        BaseManifest manifest = plan.base().manifest();
        String owner = name(manifest);
        for (Member member : manifest.getBase().getMembers()) {
            if (member.getSegment().getFirstMain() > plan.revision()) {
                return;
            }
            LiveSet live =
                    switch (plan.base().point()) {
                        case SNAPSHOT -> member.getLive();
                        case COMPACTION -> member.getLiveAtCompaction();
                    };
            if (live == null) {
                inputs.add(Survivors.Input.raw(open(member)));
            } else if (live.getCardinality() > 0) {
                inputs.add(Survivors.Input.ofBase(
                        open(member), read(live, member, owner), plan.base().revision()));
            }
        }
    }

    /** Adds a checkpoint that ends at or before the plan's revision. */
    void addWhole(CheckpointManifest checkpoint) {
        if (checkpoint.getLevel() == 0) {
            checkDense(checkpoint);
        } else {
            checkMerged(checkpoint);
        }
        String owner = name(checkpoint);
        for (Member member : checkpoint.getMembers()) {
            addAfterBase(
                    switch (purpose) {
                        case LOOKUP -> Survivors.Input.raw(open(member));
                        case MERGE ->
                            Survivors.Input.ofCheckpoint(
                                    open(member), read(member.getLive(), member, owner), checkpoint.getLast());
                    });
        }
    }

    /** Segments of a checkpoint follow each other and fill its range; a revision may go on in the next segment. */
    private void checkDense(CheckpointManifest checkpoint) {
        long last = checkpoint.getFirst() - 1;
        boolean follows = true;
        for (Member member : checkpoint.getMembers()) {
            long first = member.getSegment().getFirstMain();
            boolean goesOn = first == last && member.getSegment().getFirstSub() > 0;
            follows &= goesOn || (first == last + 1 && member.getSegment().getFirstSub() == 0);
            last = member.getSegment().getLastMain();
        }
        if (!follows || last != checkpoint.getLast()) {
            throw new DamagedObjectException(
                    archive.root() + name(checkpoint), "names segments that do not fill its range");
        }
    }

    /** Segments of a merged checkpoint hold what survives, so there are gaps; the last revision survives always. */
    void checkMerged(CheckpointManifest checkpoint) {
        long first = checkpoint.getMembers().get(0).getSegment().getFirstMain();
        long last = checkpoint
                .getMembers()
                .get(checkpoint.getMembers().size() - 1)
                .getSegment()
                .getLastMain();
        if (first < checkpoint.getFirst() || last != checkpoint.getLast()) {
            throw new DamagedObjectException(
                    archive.root() + name(checkpoint), "names segments that do not lie in its range");
        }
    }

    /** Adds the checkpoint in whose middle the plan's revision lies. */
    void addPart(CheckpointManifest checkpoint) {
        checkDense(checkpoint);
        for (Member member : checkpoint.getMembers()) {
            if (member.getSegment().getFirstMain() <= plan.revision()) {
                addAfterBase(Survivors.Input.raw(open(member)));
            }
        }
    }

    /** Adds the tail. */
    void addTail(List<LocalSegment> segments) {
        for (LocalSegment segment : segments) {
            if (segment.summary().getFirstMain() <= plan.revision()) {
                addAfterBase(Survivors.Input.raw(Segment.open(segment)));
            }
        }
    }

    private Segment open(Member member) {
        return Segment.open(archive.store(), archive.root(), member.getSegment());
    }

    private RoaringBitmap read(LiveSet live, Member member, String owner) {
        return LiveSets.read(live, member.getSegment(), archive.store(), archive.root(), owner);
    }

    static String name(BaseManifest base) {
        String generation = base.getBase().getGeneration();
        return base.getSynthesis() == null
                ? ArchiveLayout.base(generation, base.getSeq())
                : ArchiveLayout.syntheticBase(generation, base.getSeq());
    }

    static String name(CheckpointManifest checkpoint) {
        return ArchiveLayout.checkpoint(checkpoint.getGeneration(), checkpoint.getLevel(), checkpoint.getSeq());
    }
}
