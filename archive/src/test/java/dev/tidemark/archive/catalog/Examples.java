package dev.tidemark.archive.catalog;

import dev.tidemark.archive.segment.LocalSegment;
import dev.tidemark.archive.segment.SegmentLimits;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.BaseDescriptor;
import dev.tidemark.schemas.avro.Lease;
import dev.tidemark.schemas.avro.LiveSet;
import dev.tidemark.schemas.avro.Member;
import dev.tidemark.schemas.avro.ObjectRef;
import dev.tidemark.schemas.avro.SegmentRef;
import dev.tidemark.schemas.avro.SideRecord;
import dev.tidemark.schemas.avro.TopicPosition;
import dev.tidemark.schemas.topic.GenerationEnd;
import dev.tidemark.schemas.topic.TopicEvent.GenerationOpened;
import dev.tidemark.schemas.topic.TopicEvent.SideReady;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.roaringbitmap.RoaringBitmap;

/** Small archives for tests: only the catalog, no data. */
final class Examples {
    static final String CLUSTER = "prod";
    static final String GENERATION = "01JDB3Z6V5KQ8S5G4N7T2R9WXY";
    static final String NEXT_GENERATION = "01JDB40M8H3D0V6E1C9A5B7F2G";
    static final long BASE = 100;
    static final String TOPIC_ID = "VQx4sGmQS3WxoJkXhFq1tA";
    static final int FANOUT = 64;

    private Examples() {}

    static CommitPatience noPatience() {
        return new CommitPatience(Duration.ZERO, () -> 0L, pause -> {});
    }

    /** Ends after so many pauses. */
    static CommitPatience patience(int pauses) {
        long[] now = {0};
        return new CommitPatience(Duration.ofSeconds(pauses), () -> now[0], pause -> now[0] += 1_000_000_000L);
    }

    static GenerationDraft generation(int fanout) {
        return generation(GENERATION, null, fanout);
    }

    static GenerationDraft generation(String id, GenerationEnd previous, int fanout) {
        return new GenerationDraft(
                new GenerationOpened(id, CLUSTER, 0x1234_5678_9abc_def0L, "3.6.16", BASE, 1_700_000_000_000L, previous),
                position(10),
                SegmentLimits.DEFAULT.policy(fanout));
    }

    static TopicPosition position(long offset) {
        return new TopicPosition("tidemark.revisions", TOPIC_ID, 3, offset, 5);
    }

    static CheckpointDraft draft(long first, long last) {
        return draft(first, last, digest(first, last));
    }

    static CheckpointDraft draft(long first, long last, String digest) {
        return new CheckpointDraft(
                new RevisionRange(first, last),
                time(first),
                time(last),
                digest,
                List.of(member(first, last)),
                List.of(new Lease(7L, 60L)),
                position(last));
    }

    /** Stands in for the real one: equal content, equal digest, whoever works it out. */
    static String digest(long first, long last) {
        return Hashes.hex(("content of " + first + ".." + last).getBytes(StandardCharsets.UTF_8));
    }

    static long time(long revision) {
        return 1_700_000_000_000L + revision * 10;
    }

    static Member member(long first, long last) {
        String attempt = ArchiveLayout.attempt(GENERATION, "01JDB500000000000000000000");
        return new Member(
                new SegmentRef(
                        new ObjectRef(ArchiveLayout.segment(attempt, 0), 1000L, "aa".repeat(32)),
                        new ObjectRef(ArchiveLayout.index(attempt, 0), 100L, "bb".repeat(32)),
                        "cc".repeat(32),
                        last - first + 1,
                        first,
                        0L,
                        last,
                        0L,
                        time(first),
                        time(last)),
                new LiveSet(1L, ByteBuffer.wrap(new byte[] {1, 2, 3}), null),
                null);
    }

    /** The files of a segment that nobody reads. */
    /** A segment that is said to have so many records. */
    static SegmentRef ofRecords(SegmentRef ref, long records) {
        return new SegmentRef(
                ref.getData(),
                ref.getIndex(),
                ref.getBlockTableSha256(),
                records,
                ref.getFirstMain(),
                ref.getFirstSub(),
                ref.getLastMain(),
                ref.getLastSub(),
                ref.getFirstCapturedAtMillis(),
                ref.getLastCapturedAtMillis());
    }

    static LocalSegment segment(Path directory, String name, long first, long last) throws IOException {
        Path data = Files.writeString(directory.resolve(name + ".avro"), "data " + name);
        Path index = Files.writeString(directory.resolve(name + ".idx"), "index " + name);
        SegmentRef like = member(first, last).getSegment();
        SegmentRef ref = new SegmentRef(
                new ObjectRef("", Files.size(data), like.getData().getSha256()),
                new ObjectRef("", Files.size(index), like.getIndex().getSha256()),
                like.getBlockTableSha256(),
                like.getRecords(),
                like.getFirstMain(),
                like.getFirstSub(),
                like.getLastMain(),
                like.getLastSub(),
                like.getFirstCapturedAtMillis(),
                like.getLastCapturedAtMillis());
        return new LocalSegment(data, index, ref, new RoaringBitmap());
    }

    static BaseDescriptor base(long revision, long compactRevision) {
        return BaseDescriptor.newBuilder()
                .setFormatVersion(1)
                .setGeneration(GENERATION)
                .setRevision(revision)
                .setCompactRevision(compactRevision)
                .setCapturedAtMillis(time(revision))
                .setSnapshotSha256("dd".repeat(32))
                .setSnapshotBytes(4096L)
                .setSourceVersion("3.6.16")
                .setSourceEndpoint("http://127.0.0.1:2379")
                .setSourceMemberId(42L)
                .setMembers(List.of(member(compactRevision, revision)))
                .setSide(new ObjectRef("d/x/y/side.avro", 10L, "ee".repeat(32)))
                .setContentDigest("ff".repeat(32))
                .build();
    }

    /** A side state with one user, uploaded under a name of its own. */
    static SideReady side(ClusterArchive archive, long revision, long authRevision, String user) {
        return side(archive, GENERATION, revision, authRevision, user);
    }

    static SideReady side(ClusterArchive archive, String generation, long revision, long authRevision, String user) {
        ByteBuffer name = ByteBuffer.wrap(user.getBytes(StandardCharsets.UTF_8));
        String attempt = String.format("01JDB600000000%06d%06d", revision, authRevision);
        ObjectRef object = archive.uploader(() -> attempt)
                .uploadSide(generation, List.of(new SideRecord("authUsers", name, name)));
        return new SideReady(
                generation,
                revision,
                authRevision,
                time(revision),
                object.getName(),
                object.getBytes(),
                object.getSha256());
    }

    /** Puts the descriptor under a name of its own, and something as long as what it names under those names. */
    static UploadedBase uploaded(ClusterArchive archive, BaseDescriptor base) {
        named(base).forEach(object -> archive.store()
                .put(archive.root() + object.getName(), new byte[Math.toIntExact(object.getBytes())]));
        byte[] object = ObjectCodec.encode(ObjectKind.BASE_DESCRIPTOR, base);
        String name = "d/" + GENERATION + "/" + Hashes.hex(object).substring(0, 26) + "/base";
        archive.store().put(archive.root() + name, object);
        return new UploadedBase(name, Hashes.hex(object));
    }

    /** The data objects that a base names. */
    static List<ObjectRef> named(BaseDescriptor base) {
        List<ObjectRef> all = new ArrayList<>(List.of(base.getSide()));
        for (Member member : base.getMembers()) {
            all.add(member.getSegment().getData());
            all.add(member.getSegment().getIndex());
            Stream.of(member.getLive(), member.getLiveAtCompaction())
                    .filter(live -> live != null && live.getObject() != null)
                    .forEach(live -> all.add(live.getObject()));
        }
        return all;
    }
}
