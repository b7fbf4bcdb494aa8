package dev.tidemark.restorer.plan;

import dev.tidemark.restorer.history.Chapter;
import dev.tidemark.restorer.history.Hole;
import dev.tidemark.restorer.history.Moment;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.BaseDescriptor;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.KeptBase;
import dev.tidemark.schemas.avro.LiveSet;
import dev.tidemark.schemas.avro.Member;
import dev.tidemark.schemas.avro.ObjectRef;
import dev.tidemark.schemas.avro.SegmentRef;
import dev.tidemark.schemas.avro.SideState;
import dev.tidemark.schemas.avro.Synthesis;
import dev.tidemark.schemas.avro.TopicPosition;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * A generation made by hand, of manifests alone. Revision n was captured at n seconds and did not exist yet 400 ms before.
 *
 * @param generation its id
 * @param known its bases, synthetic ones too
 * @param all its checkpoints of all levels, perhaps with gaps
 * @param tail what the topic holds
 * @param end what is missing after it
 */
record SampleChapter(
        String generation,
        List<BaseManifest> known,
        List<CheckpointManifest> all,
        Optional<RevisionRange> tail,
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
        return with(base(compacted, revision, members, null));
    }

    /** A base that was worked out from the archive alone. */
    SampleChapter withSynthetic(long revision) {
        SideState side = new SideState(1L, 0L, 0L, object("side"));
        Synthesis synthesis = new Synthesis(1L, "", List.of(), side, List.of(), null, List.of());
        return with(base(revision, revision, List.of(member(1, revision, Optional.empty())), synthesis));
    }

    private BaseManifest base(long compacted, long revision, List<Member> members, Synthesis synthesis) {
        BaseDescriptor base = new BaseDescriptor(
                1, generation, revision, compacted, millis(revision), "", 0L, "", "", 0L, members, object("side"), "");
        return new BaseManifest(1, (long) known.size(), "", base, List.of(), List.of(), synthesis);
    }

    private SampleChapter with(BaseManifest base) {
        List<BaseManifest> more = new ArrayList<>(known);
        more.add(base);
        return new SampleChapter(generation, List.copyOf(more), all, tail, end);
    }

    SampleChapter checkpoint(long first, long last) {
        return level(0, first, last);
    }

    SampleChapter level(int level, long first, long last) {
        List<CheckpointManifest> more = new ArrayList<>(all);
        more.add(new CheckpointManifest(
                1,
                generation,
                level,
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
                List.of(),
                null));
        return new SampleChapter(generation, known, List.copyOf(more), tail, end);
    }

    SampleChapter tail(long first, long last) {
        return new SampleChapter(generation, known, all, Optional.of(new RevisionRange(first, last)), end);
    }

    SampleChapter endedBy(Hole hole) {
        return new SampleChapter(generation, known, all, tail, Optional.of(hole));
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
        return known.isEmpty() ? 0 : known.get(0).getBase().getCapturedAtMillis();
    }

    @Override
    public List<BaseManifest> bases() {
        return known.stream().filter(base -> base.getSynthesis() == null).toList();
    }

    @Override
    public Optional<BaseManifest> oldest() {
        return bases().stream()
                .min(Comparator.comparingLong(base -> base.getBase().getRevision()));
    }

    @Override
    public boolean isGivenUp() {
        return false;
    }

    @Override
    public List<KeptBase> kept() {
        return List.of();
    }

    @Override
    public BaseManifest open(KeptBase kept) {
        throw new AssertionError("nothing is kept by itself");
    }

    @Override
    public Optional<BaseManifest> synthetic(long revision) {
        return known.stream()
                .filter(base -> base.getSynthesis() != null && base.getBase().getRevision() <= revision)
                .max(Comparator.comparingLong(base -> base.getBase().getRevision()));
    }

    @Override
    public int levels() {
        return 3;
    }

    @Override
    public List<CheckpointManifest> inside(int level, long first, long last) {
        return at(level)
                .filter(checkpoint -> first <= checkpoint.getFirst() && checkpoint.getLast() <= last)
                .toList();
    }

    @Override
    public Optional<CheckpointManifest> head() {
        return at(0).reduce((before, last) -> last);
    }

    @Override
    public List<CheckpointManifest> checkpoints(long first, long last) {
        return at(0).filter(checkpoint -> checkpoint.getFirst() <= last && first <= checkpoint.getLast())
                .toList();
    }

    private Stream<CheckpointManifest> at(int level) {
        return all.stream().filter(checkpoint -> checkpoint.getLevel() == level);
    }

    @Override
    public long provenMillis() {
        return 0;
    }

    @Override
    public Moment moment(long revision) {
        return revision <= oldest().orElseThrow().getBase().getRevision()
                ? new Moment(generation, revision, 0, openedAtMillis())
                : new Moment(generation, revision, millis(revision) - 400, millis(revision));
    }

    @Override
    public OptionalLong lastCapturedBy(long millis) {
        long revision = Math.min(latest(), millis / 1000);
        return revision > oldest().orElseThrow().getBase().getRevision()
                ? OptionalLong.of(revision)
                : OptionalLong.empty();
    }

    @Override
    public OptionalLong lastPossiblyBefore(long millis) {
        long revision = Math.min(latest(), (millis + 399) / 1000);
        return OptionalLong.of(revision);
    }

    @Override
    public OptionalLong lastDeath(byte[] key) {
        return OptionalLong.empty();
    }
}
