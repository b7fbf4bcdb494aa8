package dev.tidemark.restorer.past;

import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.segment.KeyRun;
import dev.tidemark.archive.segment.Segment;
import dev.tidemark.archive.segment.Survivors;
import dev.tidemark.restorer.plan.BaseUse;
import dev.tidemark.restorer.plan.RestorePlan;
import dev.tidemark.restorer.tail.Tail;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.IndexRun;
import dev.tidemark.schemas.avro.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The layers of a plan, oldest first: one for each manifest that has index runs, else one for each segment. */
final class PlanLayers {
    private final ClusterArchive archive;
    private final List<PastLayer> layers = new ArrayList<>();

    private PlanLayers(ClusterArchive archive) {
        this.archive = archive;
    }

    /** Whether any manifest of a plan has an index run that says something of its revision. */
    static boolean hasRuns(RestorePlan plan) {
        return !runs(plan.base()).isEmpty() || plan.checkpoints().stream().anyMatch(c -> run(c) != null);
    }

    /** One layer for each segment of a plan. */
    static List<PastLayer> ofSegments(List<Survivors.Input> inputs) {
        return inputs.stream().<PastLayer>map(SegmentLayer::new).toList();
    }

    /**
     * With index runs where there are any.
     *
     * @param tail the tail that the plan was made with
     */
    static List<PastLayer> of(ClusterArchive archive, RestorePlan plan, Optional<Tail> tail) {
        PlanLayers opened = new PlanLayers(archive);
        PlanInputs inputs = PlanInputs.of(archive, plan, PlanInputs.Purpose.LOOKUP);
        if (runs(plan.base()).isEmpty()) {
            inputs.addBase();
            opened.add(inputs.take());
        } else {
            opened.add(plan.base().manifest());
        }
        for (CheckpointManifest checkpoint : plan.checkpoints()) {
            if (run(checkpoint) == null) {
                inputs.addWhole(checkpoint);
                opened.add(inputs.take());
            } else {
                inputs.checkMerged(checkpoint);
                opened.add(checkpoint);
            }
        }
        plan.segment().ifPresent(inputs::addPart);
        if (plan.tail().isPresent()) {
            inputs.addTail(tail.orElseThrow().segments());
        }
        opened.add(inputs.take());
        return opened.layers;
    }

    private void add(List<Survivors.Input> inputs) {
        layers.addAll(ofSegments(inputs));
    }

    private void add(BaseManifest base) {
        layers.add(new RunLayer(
                archive.root() + PlanInputs.name(base),
                open(base.getSynthesis().getRuns()),
                segments(base.getBase().getMembers())));
    }

    private void add(CheckpointManifest checkpoint) {
        layers.add(new RunLayer(
                archive.root() + PlanInputs.name(checkpoint),
                open(List.of(run(checkpoint))),
                segments(checkpoint.getMembers())));
    }

    private List<KeyRun> open(List<IndexRun> runs) {
        return runs.stream()
                .map(run -> KeyRun.open(archive.store(), archive.root(), run))
                .toList();
    }

    private List<Segment> segments(List<Member> members) {
        return members.stream()
                .map(member -> Segment.open(archive.store(), archive.root(), member.getSegment()))
                .toList();
    }

    private static IndexRun run(CheckpointManifest checkpoint) {
        return checkpoint.getMerge() == null ? null : checkpoint.getMerge().getRun();
    }

    /** A base of a snapshot has none; of a synthetic one both revisions are the same. */
    private static List<IndexRun> runs(BaseUse base) {
        return base.manifest().getSynthesis() == null
                ? List.of()
                : base.manifest().getSynthesis().getRuns();
    }
}
