package dev.tidemark.restorer.plan;

import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.LiveSet;
import dev.tidemark.schemas.avro.Member;
import dev.tidemark.schemas.avro.ObjectRef;
import java.util.List;
import java.util.Optional;

/**
 * What a restore reads from the archive, beside manifests.
 *
 * @param objects how many objects
 * @param bytes their bytes
 */
record Cost(int objects, long bytes) {
    private static final Cost NONE = new Cost(0, 0);

    static Cost of(BaseUse base, long revision, List<CheckpointManifest> checkpoints) {
        Cost cost = NONE;
        for (Member member : base.manifest().getBase().getMembers()) {
            cost = cost.plus(ofBase(base, member, revision));
        }
        for (CheckpointManifest checkpoint : checkpoints) {
            boolean whole = checkpoint.getLast() <= revision;
            for (Member member : checkpoint.getMembers()) {
                if (member.getSegment().getFirstMain() <= revision) {
                    cost = cost.plus(of(member, whole ? Optional.of(member.getLive()) : Optional.empty()));
                }
            }
        }
        return cost;
    }

    private static Cost ofBase(BaseUse base, Member member, long revision) {
        if (member.getSegment().getFirstMain() > revision) {
            return NONE;
        }
        return switch (base.point()) {
            case SNAPSHOT -> of(member, Optional.of(member.getLive()));
            case COMPACTION -> of(member, Optional.ofNullable(member.getLiveAtCompaction()));
        };
    }

    private static Cost of(Member member, Optional<LiveSet> live) {
        if (live.isPresent() && live.get().getCardinality() == 0) {
            return NONE;
        }
        Cost cost =
                of(member.getSegment().getData()).plus(of(member.getSegment().getIndex()));
        return live.map(LiveSet::getObject)
                .map(object -> of(object))
                .map(cost::plus)
                .orElse(cost);
    }

    private static Cost of(ObjectRef object) {
        return new Cost(1, object.getBytes());
    }

    private Cost plus(Cost other) {
        return new Cost(objects + other.objects, bytes + other.bytes);
    }
}
