package dev.tidemark.compactor;

import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.CommitPatience;
import dev.tidemark.archive.catalog.GenerationCatalog;
import dev.tidemark.archive.segment.LiveSets;
import dev.tidemark.archive.segment.Segment;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.ArchivePolicy;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.Member;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.roaringbitmap.RoaringBitmap;

/** Folds a log in memory into an archive in memory, on the calling thread, and tells what stands there then. */
final class Workbench implements AutoCloseable {
    /** Small enough for several segments in an interval. */
    static final ArchivePolicy POLICY = new ArchivePolicy(256, 64L << 20, 7, 3, 4);

    private final Spool spool;
    private final AtomicLong attempts = new AtomicLong();
    private final AtomicLong nanos = new AtomicLong();

    Workbench(Path directory) {
        this.spool = Spool.open(directory);
    }

    Foundry foundry(CutPolicy cuts, ObjectStore store) {
        CommitPatience commits = new CommitPatience(
                Duration.ofSeconds(2),
                () -> nanos.addAndGet(Duration.ofMillis(300).toNanos()),
                duration -> {});
        return new Foundry(
                cuts,
                POLICY,
                "revisions",
                store,
                commits,
                () -> String.format("01ATTEMPT%017d", attempts.incrementAndGet()),
                spool,
                Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
    }

    /** Folds the log to its end, beginning again wherever a fold asks for it; what stays in the open interval is dropped. */
    Gauge fold(LogReader log, CutPolicy cuts, ObjectStore store) {
        return fold(log, cuts, store, log.ends().end());
    }

    /** Folds the log up to an offset, exclusive. */
    Gauge fold(LogReader log, CutPolicy cuts, ObjectStore store, long until) {
        Gauge gauge = new Gauge(0);
        Foundry foundry = foundry(cuts, store);
        Patience patience = new Patience("test", foundry.clock(), time -> {}, gauge::waiting);
        SecondLook look = new SecondLook();
        for (int lives = 0; lives < 10_000; lives++) {
            try (Fold fold = patience.until(() -> Fold.open(0, TopicLog.CLUSTER, foundry, log, patience, gauge))) {
                fold.begin(log.ends());
                boolean[] done = {true};
                log.read(fold.position(), until, record -> done[0] = look.accept(fold, record) == Fold.Step.GO_ON);
                if (done[0]) {
                    return gauge;
                }
            }
        }
        throw new AssertionError("the fold is begun again for ever");
    }

    /** The newest generation. */
    static GenerationCatalog newest(ObjectStore store) {
        return new ClusterArchive(store, TopicLog.CLUSTER).catalog().newest().orElseThrow();
    }

    /** The checkpoints of the newest generation, each proven to follow the one before. */
    static List<CheckpointManifest> checkpoints(ObjectStore store) {
        return newest(store).checkpoints(new RevisionRange(1, Long.MAX_VALUE));
    }

    /** What each checkpoint says, without names of data. */
    static List<String> contents(ObjectStore store) {
        return checkpoints(store).stream()
                .map(m -> m.getSeq() + ": " + m.getFirst() + ".." + m.getLast() + " next "
                        + m.getPosition().getNextOffset() + " " + m.getContentDigest())
                .toList();
    }

    /** All changes of a checkpoint. */
    static List<Change> changes(ObjectStore store, CheckpointManifest manifest) {
        List<Change> changes = new ArrayList<>();
        for (Member member : manifest.getMembers()) {
            segment(store, member).scan(changes::add);
        }
        return changes;
    }

    /** The changes that a checkpoint's live sets mark. */
    static List<Change> survivors(ObjectStore store, CheckpointManifest manifest) {
        List<Change> changes = new ArrayList<>();
        for (Member member : manifest.getMembers()) {
            RoaringBitmap live = LiveSets.read(member.getLive(), store, TopicLog.CLUSTER + "/", "manifest");
            segment(store, member).scan(live, changes::add);
        }
        return changes;
    }

    private static Segment segment(ObjectStore store, Member member) {
        return Segment.open(store, TopicLog.CLUSTER + "/", member.getSegment());
    }

    @Override
    public void close() {
        spool.close();
    }
}
