package dev.tidemark.archive.catalog;

import dev.tidemark.archive.segment.LiveSets;
import dev.tidemark.archive.segment.LocalSegment;
import dev.tidemark.schemas.avro.BaseDescriptor;
import dev.tidemark.schemas.avro.IndexRun;
import dev.tidemark.schemas.avro.LiveSet;
import dev.tidemark.schemas.avro.Member;
import dev.tidemark.schemas.avro.ObjectRef;
import dev.tidemark.schemas.avro.RunFile;
import dev.tidemark.schemas.avro.SeenLease;
import dev.tidemark.schemas.avro.SegmentRef;
import dev.tidemark.schemas.avro.SideRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.roaringbitmap.RoaringBitmap;

/**
 * Puts data into the archive, each call and each merge under an attempt of its own, whose name nobody ever used: what a
 * failed or repeated one leaves behind is named by no manifest. A call runs at most two uploads at once. Thread-safe.
 */
public final class DataUploader {
    private static final int CONCURRENT_UPLOADS = 2;
    private static final int INLINE_TOTAL = 2 << 20;

    private final ClusterObjects objects;
    private final SchemaObjects schemas;
    private final Supplier<String> attemptIds;

    DataUploader(ClusterObjects objects, SchemaObjects schemas, Supplier<String> attemptIds) {
        this.objects = objects;
        this.schemas = schemas;
        this.attemptIds = attemptIds;
    }

    /**
     * Uploads the segments of a checkpoint, and live sets too large for a manifest.
     *
     * @param live for each segment the records that survive at the checkpoint's end
     * @return what the manifest names, in order
     */
    public List<Member> upload(String generation, List<LocalSegment> segments, List<RoaringBitmap> live) {
        return upload(newAttempt(generation), segments, live, List.of());
    }

    /** Begins to upload what a merged checkpoint or base will name and the archive lacks. */
    public MergeUpload merge(String generation) {
        return new MergeUpload(newAttempt(generation));
    }

    /** The uploads of one merge, under one attempt: segments as they are written, the rest at its end. Not thread-safe. */
    public final class MergeUpload {
        private final String attempt;
        private int segments;
        private int runFiles;
        private long runBytes;

        private MergeUpload(String attempt) {
            this.attempt = attempt;
        }

        /** Uploads new segments, all of whose records survive; their files are needed no more then. */
        public List<Placed> written(List<LocalSegment> fresh) {
            int from = segments;
            segments += fresh.size();
            List<Integer> numbers = IntStream.range(0, fresh.size()).boxed().toList();
            return Concurrent.map(numbers, CONCURRENT_UPLOADS, n -> uploadFiles(attempt, from + n, fresh.get(n)))
                    .stream()
                    .map(Placed::written)
                    .toList();
        }

        /** Uploads a run from the local disk, whose files bear their paths as names; they are needed no more then. */
        public IndexRun run(IndexRun local) {
            int from = runFiles;
            runFiles += local.getFiles().size();
            local.getFiles().forEach(file -> runBytes += file.getFile().getBytes());
            List<Integer> numbers =
                    IntStream.range(0, local.getFiles().size()).boxed().toList();
            return new IndexRun(
                    Concurrent.map(
                            numbers,
                            CONCURRENT_UPLOADS,
                            n -> uploadRun(
                                    ArchiveLayout.run(attempt, from + n),
                                    local.getFiles().get(n))),
                    local.getLast());
        }

        /** The bytes of all runs so far. */
        public long runBytes() {
            return runBytes;
        }

        /**
         * Uploads live sets and leases that are too large for a manifest.
         *
         * @param placed all that will be named, in revision order
         * @param runs the index runs that will be named
         */
        public MergedData finish(List<Placed> placed, List<SeenLease> leases, List<IndexRun> runs) {
            List<Member> members = new ArrayList<>();
            ManifestRoom room = new ManifestRoom();
            for (int n = 0; n < placed.size(); n++) {
                LiveSet live =
                        room.take(ArchiveLayout.live(attempt, n), placed.get(n).live());
                members.add(new Member(placed.get(n).ref(), live, null));
            }
            return leases.size() <= LeaseFile.INLINE
                    ? new MergedData(members, leases, Optional.empty(), runs)
                    : new MergedData(
                            members,
                            List.of(),
                            Optional.of(put(ArchiveLayout.leases(attempt), LeaseFile.write(leases))),
                            runs);
        }
    }

    /** Uploads a base: its data, then the descriptor that names it. */
    public UploadedBase upload(BaseDraft draft) {
        schemas.writeOwn();
        String attempt = newAttempt(draft.generation());
        List<Member> members = upload(attempt, draft.segments(), draft.live(), draft.liveAtCompaction());
        ObjectRef side = put(ArchiveLayout.side(attempt), SideFile.write(draft.side()));
        byte[] descriptor = ObjectCodec.encode(ObjectKind.BASE_DESCRIPTOR, descriptor(draft, members, side));
        ObjectRef stored = put(ArchiveLayout.descriptor(attempt), descriptor);
        return new UploadedBase(stored.getName(), stored.getSha256());
    }

    /** Uploads a side state: the pairs of the source's buckets beside the keys, bucket by bucket. */
    public ObjectRef uploadSide(String generation, Iterable<SideRecord> side) {
        schemas.writeOwn();
        return put(ArchiveLayout.side(newAttempt(generation)), SideFile.write(side));
    }

    private List<Member> upload(
            String attempt,
            List<LocalSegment> segments,
            List<RoaringBitmap> live,
            List<RoaringBitmap> liveAtCompaction) {
        if (live.size() != segments.size()) {
            throw new IllegalArgumentException(segments.size() + " segments with " + live.size() + " live sets");
        }
        List<SegmentRef> refs = uploadFiles(attempt, segments);
        List<Member> members = new ArrayList<>();
        ManifestRoom room = new ManifestRoom();
        for (int n = 0; n < segments.size(); n++) {
            members.add(new Member(
                    refs.get(n),
                    room.take(ArchiveLayout.live(attempt, n), live.get(n)),
                    n < liveAtCompaction.size()
                            ? room.take(ArchiveLayout.liveAtCompaction(attempt, n), liveAtCompaction.get(n))
                            : null));
        }
        return members;
    }

    /** A manifest is created in one part, so its live sets must not fill it: those that don't fit become objects. */
    private final class ManifestRoom {
        private int left = INLINE_TOTAL;

        LiveSet take(String name, RoaringBitmap live) {
            LiveSet set = LiveSets.write(live, left, bytes -> put(name, bytes));
            left -= set.getInlined() == null ? 0 : set.getInlined().remaining();
            return set;
        }
    }

    private List<SegmentRef> uploadFiles(String attempt, List<LocalSegment> segments) {
        List<Integer> numbers = IntStream.range(0, segments.size()).boxed().toList();
        return Concurrent.map(numbers, CONCURRENT_UPLOADS, n -> uploadFiles(attempt, n, segments.get(n)));
    }

    private SegmentRef uploadFiles(String attempt, int n, LocalSegment segment) {
        SegmentRef ref = segment.toRef(ArchiveLayout.segment(attempt, n), ArchiveLayout.index(attempt, n));
        objects.put(ref.getData().getName(), segment.data());
        objects.put(ref.getIndex().getName(), segment.index());
        return ref;
    }

    private RunFile uploadRun(String name, RunFile local) {
        ObjectRef file = local.getFile();
        objects.put(name, Path.of(file.getName()));
        return new RunFile(
                new ObjectRef(name, file.getBytes(), file.getSha256()),
                local.getDirectorySha256(),
                local.getEntries(),
                local.getFromKey(),
                local.getFromMain(),
                local.getAsOf());
    }

    private ObjectRef put(String name, byte[] bytes) {
        objects.put(name, bytes);
        return new ObjectRef(name, (long) bytes.length, Hashes.hex(bytes));
    }

    private String newAttempt(String generation) {
        return ArchiveLayout.attempt(generation, attemptIds.get());
    }

    private static BaseDescriptor descriptor(BaseDraft draft, List<Member> members, ObjectRef side) {
        return BaseDescriptor.newBuilder()
                .setFormatVersion(ObjectCodec.FORMAT_VERSION)
                .setGeneration(draft.generation())
                .setRevision(draft.revision())
                .setCompactRevision(draft.compactRevision())
                .setCapturedAtMillis(draft.capturedAtMillis())
                .setSnapshotSha256(draft.source().sha256())
                .setSnapshotBytes(draft.source().bytes())
                .setSourceVersion(draft.source().version())
                .setSourceEndpoint(draft.source().endpoint())
                .setSourceMemberId(draft.source().memberId())
                .setMembers(members)
                .setSide(side)
                .setContentDigest(draft.contentDigest())
                .build();
    }
}
