package dev.tidemark.compactor;

import dev.tidemark.archive.catalog.BaseDraft;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.CommitPatience;
import dev.tidemark.archive.catalog.GenerationCatalog;
import dev.tidemark.archive.catalog.UploadedBase;
import dev.tidemark.archive.level.Setbacks;
import dev.tidemark.archive.level.Upkeep;
import dev.tidemark.archive.segment.LiveSets;
import dev.tidemark.archive.segment.Segment;
import dev.tidemark.archive.segment.SegmentLimits;
import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.LeaseTtl;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.ArchivePolicy;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.LevelPolicy;
import dev.tidemark.schemas.avro.Member;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.roaringbitmap.RoaringBitmap;

/** Folds a log in memory into an archive in memory, on the calling thread, and tells what stands there then. */
final class Workbench implements AutoCloseable {
    /** Small enough for several segments in an interval. */
    static final ArchivePolicy POLICY = new SegmentLimits(256, 64L << 20, 7, 3)
            .policy(4, List.of(new LevelPolicy(3, 5_000L), new LevelPolicy(2, 10_000L), new LevelPolicy(2, 20_000L)));

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
                Foundry.oneMergeAtATime(),
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

    /** A log of about a minute, with an empty base at its beginning that stands in the store. */
    static TopicLog longLog(Random random, Workbench bench, ObjectStore store) {
        UploadedBase base = new ClusterArchive(store, TopicLog.CLUSTER)
                .uploader(() -> String.format("01BASE%020d", bench.attempts.incrementAndGet()))
                .upload(new BaseDraft(
                        "GEN-A",
                        new BaseDraft.Source("00", 1, "3.6.16", "http://127.0.0.1:2379", 9),
                        10,
                        10,
                        0,
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        "00".repeat(32)));
        TopicLog log = new TopicLog().open("GEN-A", 10, null).baseReady(10, base.descriptor(), base.sha256());
        for (int i = 0; i < 160; i++) {
            log.after(random.nextInt(700));
            if (random.nextInt(30) == 0) {
                log.after(7_000);
            }
            if (random.nextInt(5) == 0) {
                log.tick();
            } else {
                String[] keys = new String[1 + random.nextInt(3)];
                for (int k = 0; k < keys.length; k++) {
                    keys[k] = (random.nextInt(4) == 0 ? "-" : "") + "key-" + random.nextInt(12);
                }
                log.batch(List.of(new LeaseTtl(1 + random.nextInt(4), random.nextInt(90) - 1L)), keys);
            }
        }
        return log.batch("last").after(10_000).tick();
    }

    /** Makes all levels and bases that are due. */
    void upkeep(ObjectStore store) {
        Upkeep upkeep = upkeepOf(store);
        upkeep.refresh();
        while (upkeep.next().isPresent()) {
            // Until nothing is due.
        }
    }

    Upkeep upkeepOf(ObjectStore store) {
        return upkeepOf(store, new Setbacks(InstantSource.system()));
    }

    Upkeep upkeepOf(ObjectStore store, Setbacks setbacks) {
        ClusterArchive archive =
                new ClusterArchive(store, TopicLog.CLUSTER, foundry(null, store).commits());
        String generation = archive.catalog().newest().orElseThrow().header().getGeneration();
        return Upkeep.of(archive, generation, foundry(null, store).attemptIds(), spool.newDirectory("merge"), setbacks)
                .orElseThrow();
    }

    /** What each merged checkpoint and each synthetic base says, without names of data. */
    static List<String> mergedContents(ObjectStore store) {
        GenerationCatalog newest = newest(store);
        List<String> contents = new ArrayList<>();
        for (int level = 1; level <= newest.levels(); level++) {
            newest.inside(level, new RevisionRange(1, Long.MAX_VALUE))
                    .forEach(m -> contents.add(m.getLevel() + "/" + m.getSeq() + ": " + m.getFirst() + ".."
                            + m.getLast() + " of " + m.getMerge().getChildren().size() + " "
                            + m.getMerge().getLeases() + " " + m.getContentDigest()));
        }
        newest.head(2).ifPresent(last -> {
            for (long at = last.getLast(); newest.synthetic(at).isPresent(); ) {
                BaseManifest base = newest.synthetic(at).get();
                contents.add("base " + base.getSeq() + " at " + base.getBase().getRevision() + " "
                        + base.getSynthesis().getSide().getRevision() + " "
                        + base.getSynthesis().getLeases() + " "
                        + base.getBase().getContentDigest());
                at = base.getBase().getRevision() - 1;
            }
        });
        return contents;
    }

    /** A copy of what stands in a store, in memory. */
    static MemoryStore copyOf(ObjectStore store, Predicate<String> names) {
        MemoryStore copy = new MemoryStore(InstantSource.system());
        String last = "";
        for (List<ObjectInfo> page = store.list("", last, 500); !page.isEmpty(); page = store.list("", last, 500)) {
            page.stream().map(ObjectInfo::name).filter(names).forEach(name -> copy.put(name, store.get(name)));
            last = page.get(page.size() - 1).name();
        }
        return copy;
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
            RoaringBitmap live =
                    LiveSets.read(member.getLive(), member.getSegment(), store, TopicLog.CLUSTER + "/", "manifest");
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
