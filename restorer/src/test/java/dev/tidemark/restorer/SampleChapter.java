package dev.tidemark.restorer;

import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.BaseDescriptor;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.LiveSet;
import dev.tidemark.schemas.avro.Member;
import dev.tidemark.schemas.avro.ObjectRef;
import dev.tidemark.schemas.avro.SegmentRef;
import dev.tidemark.schemas.avro.TopicPosition;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A generation made by hand, of manifests alone. Revision n was captured at n seconds and did not exist yet 400 ms before.
 *
 * @param generation its id
 * @param bases its bases
 * @param all its checkpoints, perhaps with gaps
 * @param tail what the topic holds
 * @param end what is missing after it
 */
record SampleChapter(
        String generation,
        List<BaseManifest> bases,
        List<CheckpointManifest> all,
        Optional<TailFacts> tail,
        Optional<Hole> end)
        implements Chapter {
    static final long OBJECT_BYTES = 10;

    static SampleChapter of(String generation) {
        return new SampleChapter(generation, List.of(), List.of(), Optional.empty(), Optional.empty());
    }

    SampleChapter base(long compacted, long revision) {
        List<Member> members = new ArrayList<>();
        members.add(member(1, compacted, Optional.of(live())));
        if (revision > compacted) {
            members.add(member(compacted + 1, revision, Optional.empty()));
        }
        BaseDescriptor base = new BaseDescriptor(
                1, generation, revision, compacted, millis(revision), "", 0L, "", "", 0L, members, object("side"), "");
        List<BaseManifest> more = new ArrayList<>(bases);
        more.add(new BaseManifest(1, (long) bases.size(), "", base, List.of()));
        return new SampleChapter(generation, List.copyOf(more), all, tail, end);
    }

    SampleChapter checkpoint(long first, long last) {
        List<CheckpointManifest> more = new ArrayList<>(all);
        more.add(new CheckpointManifest(
                1,
                generation,
                0,
                (long) all.size(),
                "",
                first,
                last,
                millis(first),
                millis(last),
                "",
                List.of(member(first, last, Optional.empty())),
                List.of(),
                new TopicPosition("t", "id", 0, last, 0),
                List.of(),
                List.of()));
        return new SampleChapter(generation, bases, List.copyOf(more), tail, end);
    }

    SampleChapter tail(long first, long last) {
        return new SampleChapter(
                generation, bases, all, Optional.of(new TailFacts(new RevisionRange(first, last), 2, 20)), end);
    }

    SampleChapter endedBy(Hole hole) {
        return new SampleChapter(generation, bases, all, tail, Optional.of(hole));
    }

    static long millis(long revision) {
        return revision * 1000;
    }

    private static Member member(long first, long last, Optional<LiveSet> atCompaction) {
        SegmentRef segment = new SegmentRef(
                object("data"),
                object("index"),
                "",
                last - first + 1,
                first,
                0L,
                last,
                0L,
                millis(first),
                millis(last));
        return new Member(segment, live(), atCompaction.orElse(null));
    }

    private static LiveSet live() {
        return new LiveSet(1L, ByteBuffer.allocate(0), null);
    }

    private static ObjectRef object(String name) {
        return new ObjectRef(name, OBJECT_BYTES, "");
    }

    @Override
    public long openedAtMillis() {
        return bases.isEmpty() ? 0 : bases.get(0).getBase().getCapturedAtMillis();
    }

    @Override
    public Optional<CheckpointManifest> head() {
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    }

    @Override
    public List<CheckpointManifest> checkpoints(long first, long last) {
        return all.stream()
                .filter(checkpoint -> checkpoint.getFirst() <= last && first <= checkpoint.getLast())
                .toList();
    }

    @Override
    public long provenMillis() {
        return 0;
    }

    @Override
    public Moment moment(long revision) {
        return revision <= Reach.oldest(this).getBase().getRevision()
                ? new Moment(generation, revision, 0, openedAtMillis())
                : new Moment(generation, revision, millis(revision) - 400, millis(revision));
    }

    @Override
    public OptionalLong lastCapturedBy(long millis) {
        long revision = Math.min(Reach.latest(this), millis / 1000);
        return revision > Reach.oldest(this).getBase().getRevision() ? OptionalLong.of(revision) : OptionalLong.empty();
    }

    @Override
    public OptionalLong lastPossiblyBefore(long millis) {
        long revision = Math.min(Reach.latest(this), (millis + 399) / 1000);
        return OptionalLong.of(revision);
    }

    @Override
    public OptionalLong lastDeath(byte[] key) {
        return OptionalLong.empty();
    }
}
