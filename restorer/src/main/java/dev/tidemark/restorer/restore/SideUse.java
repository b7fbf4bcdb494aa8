package dev.tidemark.restorer.restore;

import dev.tidemark.restorer.history.ArchiveChapter;
import dev.tidemark.restorer.plan.RestorePlan;
import dev.tidemark.schemas.avro.BaseDescriptor;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.ObjectRef;
import dev.tidemark.schemas.avro.SideManifest;
import dev.tidemark.schemas.avro.SideState;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * The side state that a restore takes leases, users and roles from.
 *
 * @param revision that of its snapshot
 * @param takenAtMillis when that was taken, milliseconds since the epoch
 * @param object where it stands
 */
record SideUse(long revision, long takenAtMillis, ObjectRef object) {
    private static final Comparator<SideUse> AGE =
            Comparator.comparingLong(SideUse::revision).thenComparingLong(SideUse::takenAtMillis);

    /**
     * The newest side state up to a plan's revision; one listing and one or two reads. Where there is none, as between a
     * base's two revisions, that of the plan's base.
     *
     * @param chapter the plan's generation
     */
    static SideUse of(RestorePlan plan, ArchiveChapter chapter) {
        Stream<SideUse> ofBases = Stream.concat(
                        chapter.bases().stream(), Stream.of(plan.base().manifest()))
                .map(SideUse::of);
        Stream<SideUse> renewed = chapter.side(plan.revision()).map(SideManifest::getSide).map(SideUse::of).stream();
        return Stream.concat(ofBases, renewed)
                .filter(use -> use.revision <= plan.revision())
                .max(AGE)
                .orElseGet(() -> of(plan.base().manifest()));
    }

    /** A synthetic base names a side state that is older than itself. */
    private static SideUse of(BaseManifest manifest) {
        BaseDescriptor base = manifest.getBase();
        return manifest.getSynthesis() == null
                ? new SideUse(base.getRevision(), base.getCapturedAtMillis(), base.getSide())
                : of(manifest.getSynthesis().getSide());
    }

    private static SideUse of(SideState side) {
        return new SideUse(side.getRevision(), side.getTakenAtMillis(), side.getObject());
    }
}
