package dev.tidemark.restorer.history;

import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.GenerationCatalog;
import dev.tidemark.archive.segment.KeyEntry;
import dev.tidemark.archive.segment.LiveSets;
import dev.tidemark.archive.segment.Segment;
import dev.tidemark.restorer.tail.Tail;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.LiveSet;
import dev.tidemark.schemas.avro.Member;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.roaringbitmap.RoaringBitmap;

/**
 * The single records of a generation that say what its manifests don't: when a revision was captured, and when a key died.
 * Thread-safe.
 */
final class ChapterRecords {
    private final ClusterArchive archive;
    private final GenerationCatalog catalog;
    private final Chapter chapter;
    private final Optional<Tail> tail;

    ChapterRecords(ClusterArchive archive, GenerationCatalog catalog, Chapter chapter, Optional<Tail> tail) {
        this.archive = archive;
        this.catalog = catalog;
        this.chapter = chapter;
        this.tail = tail;
    }

    /** Any change of a revision; empty if neither a checkpoint nor the tail holds it. */
    Optional<Change> changeOf(long revision) {
        return stretchOf(revision).map(stretch -> stretch.changeOf(revision));
    }

    /** See {@link Chapter#lastCapturedBy}. */
    OptionalLong lastCapturedBy(long millis) {
        Predicate<Change> captured = change -> change.capturedAtMillis() <= millis;
        Optional<Change> inTail = tail.flatMap(Stretch::of).flatMap(stretch -> stretch.lastWhile(captured));
        Optional<Change> found = inTail.isPresent()
                ? inTail
                : chapter.head()
                        .flatMap(known -> catalog.checkpointAt(millis))
                        .flatMap(checkpoint -> stretch(checkpoint).lastWhile(captured));
        return found.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(found.get().main());
    }

    /** See {@link Chapter#lastPossiblyBefore}. */
    OptionalLong lastPossiblyBefore(long millis) {
        long next = Math.max(lastCapturedBy(millis).orElse(0), knownSince()) + 1;
        OptionalLong found = OptionalLong.empty();
        Optional<Stretch> stretch = stretchOf(next);
        while (stretch.isPresent()) {
            Optional<Change> possible =
                    stretch.get().lastPossiblyBefore(millis).filter(change -> change.main() >= next);
            if (possible.isEmpty()) {
                return found;
            }
            found = OptionalLong.of(possible.get().main());
            stretch = stretchOf(stretch.get().range().last() + 1);
        }
        return found;
    }

    /** See {@link Chapter#lastDeath}. */
    OptionalLong lastDeath(byte[] key) {
        DeathSearch search = new DeathSearch();
        tail.flatMap(Stretch::of).ifPresent(stretch -> stretch.versionsNewestFirst(key, search::visit));
        searchCheckpoints(key, search);
        if (!search.isDone()) {
            chapter.oldest().ifPresent(base -> searchBase(base, key, search));
        }
        return search.found();
    }

    /** The revision of the oldest base that counts. */
    private long knownSince() {
        return chapter.oldest().map(base -> base.getBase().getRevision()).orElse(0L);
    }

    /** Goes back in windows that double, so that a recent death is found without opening every manifest. */
    private void searchCheckpoints(byte[] key, DeathSearch search) {
        long floor = knownSince();
        long last = chapter.head().map(CheckpointManifest::getLast).orElse(floor);
        long window = chapter.head()
                .map(newest -> newest.getLast() - newest.getFirst() + 1)
                .orElse(1L);
        while (last > floor && !search.isDone()) {
            List<CheckpointManifest> found = chapter.checkpoints(Math.max(floor + 1, last - window + 1), last);
            for (int i = found.size() - 1; i >= 0 && !search.isDone(); i--) {
                stretch(found.get(i)).versionsNewestFirst(key, search::visit);
            }
            if (found.isEmpty()) {
                return;
            }
            last = found.get(0).getFirst() - 1;
            window *= 2;
        }
    }

    /**
     * Of a base's records up to C only those that were live there say anything: others are leftovers of a compaction, or
     * what segments still hold though it was given up.
     */
    private void searchBase(BaseManifest manifest, byte[] key, DeathSearch search) {
        List<Member> members = manifest.getBase().getMembers();
        for (int i = members.size() - 1; i >= 0 && !search.isDone(); i--) {
            Member member = members.get(i);
            Segment segment = open(member);
            Optional<LiveSet> known = Optional.ofNullable(
                    manifest.getSynthesis() == null ? member.getLiveAtCompaction() : member.getLive());
            Optional<RoaringBitmap> live = known.map(set -> liveSet(set, member, manifest));
            List<KeyEntry> versions = segment.versions(key);
            for (int v = versions.size() - 1; v >= 0 && !search.isDone(); v--) {
                KeyEntry version = versions.get(v);
                if (live.isEmpty() || live.get().contains(version.ordinal())) {
                    search.visit(version);
                }
            }
        }
    }

    private Optional<Stretch> stretchOf(long revision) {
        Optional<Stretch> topic =
                tail.flatMap(Stretch::of).filter(stretch -> stretch.range().contains(revision));
        return topic.isPresent()
                ? topic
                : chapter.checkpoints(revision, revision).stream().findFirst().map(this::stretch);
    }

    private Stretch stretch(CheckpointManifest checkpoint) {
        return new Stretch(
                new RevisionRange(checkpoint.getFirst(), checkpoint.getLast()),
                checkpoint.getMembers().stream().map(this::open).toList());
    }

    private Segment open(Member member) {
        return Segment.open(archive.store(), archive.root(), member.getSegment());
    }

    private RoaringBitmap liveSet(LiveSet set, Member member, BaseManifest owner) {
        return LiveSets.read(
                set,
                member.getSegment(),
                archive.store(),
                archive.root(),
                "base " + owner.getSeq() + " of " + chapter.generation());
    }
}
