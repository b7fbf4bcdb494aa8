package dev.tidemark.archive.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.segment.LiveSets;
import dev.tidemark.archive.segment.LocalSegment;
import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.archive.store.StoreUnavailableException;
import dev.tidemark.schemas.avro.BaseDescriptor;
import dev.tidemark.schemas.avro.Member;
import dev.tidemark.schemas.avro.ObjectRef;
import dev.tidemark.schemas.avro.SegmentRef;
import dev.tidemark.schemas.avro.SideRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.roaringbitmap.RoaringBitmap;

class DataUploaderTest {
    @TempDir
    Path directory;

    private final MemoryStore memory = new MemoryStore(InstantSource.system());
    private final FaultyStore store = new FaultyStore(memory);
    private final ClusterArchive archive = new ClusterArchive(store, Examples.CLUSTER, Examples.noPatience());
    private final AtomicInteger attempts = new AtomicInteger();
    private final DataUploader uploader = archive.uploader(() -> "TRY" + attempts.incrementAndGet());

    @Test
    void everyUploadHasAnAttemptOfItsOwn() throws IOException {
        List<LocalSegment> segments = List.of(segment("a", 101, 105), segment("b", 106, 110));
        List<RoaringBitmap> live = List.of(RoaringBitmap.bitmapOf(0, 2), RoaringBitmap.bitmapOf(1));

        List<Member> first = uploader.upload(Examples.GENERATION, segments, live);
        List<Member> second = uploader.upload(Examples.GENERATION, segments, live);

        assertThat(first.get(1).getSegment().getData().getName())
                .isEqualTo("d/" + Examples.GENERATION + "/TRY1/000001.avro");
        assertThat(second.get(1).getSegment().getIndex().getName())
                .isEqualTo("d/" + Examples.GENERATION + "/TRY2/000001.idx");
        assertThat(memory.get("prod/" + first.get(0).getSegment().getData().getName()))
                .isEqualTo("data a".getBytes(UTF_8));
        assertThat(first.get(0).getLive().getCardinality()).isEqualTo(2);
        assertThat(first.get(0).getLiveAtCompaction()).isNull();
    }

    @Test
    void aLargeLiveSetBecomesAnObject() throws IOException {
        RoaringBitmap scattered = new RoaringBitmap();
        Random random = new Random(1);
        random.ints(60_000, 0, 100_000_000).forEach(scattered::add);

        Member member = uploader.upload(Examples.GENERATION, List.of(segment("a", 101, 105)), List.of(scattered))
                .get(0);

        ObjectRef object = member.getLive().getObject();
        assertThat(member.getLive().getInlined()).isNull();
        assertThat(object.getName()).endsWith("/TRY1/000000.live");
        assertThat(Hashes.hex(memory.get("prod/" + object.getName()))).isEqualTo(object.getSha256());
    }

    @Test
    void aBaseOfManySegmentsWithScatteredLiveSetsFitsIntoItsManifest() throws IOException {
        Random random = new Random(2);
        List<LocalSegment> segments = new ArrayList<>();
        List<RoaringBitmap> live = new ArrayList<>();
        for (int n = 0; n < 120; n++) {
            segments.add(segment("s" + n, 1 + n, 1 + n));
            RoaringBitmap half = new RoaringBitmap();
            random.ints(131_072, 0, 262_144).forEach(half::add);
            live.add(half);
        }
        UploadedBase uploaded = uploader.upload(new BaseDraft(
                Examples.GENERATION,
                new BaseDraft.Source("dd".repeat(32), 4096, "3.6.16", "http://127.0.0.1:2379", 42),
                120,
                120,
                Examples.time(100),
                segments,
                live,
                live,
                List.of(),
                "ff".repeat(32)));

        List<Member> members = archive.openGeneration(Examples.generation(64))
                .commitBase(uploaded.descriptor(), uploaded.sha256())
                .getBase()
                .getMembers();
        assertThat(members.get(0).getLive().getInlined()).isNotNull();
        assertThat(members.get(119).getLive().getInlined()).isNull();
        for (int n = 0; n < members.size(); n++) {
            SegmentRef large = Examples.ofRecords(members.get(n).getSegment(), 262_144);
            assertThat(LiveSets.read(members.get(n).getLive(), large, store, archive.root(), "base"))
                    .isEqualTo(live.get(n));
            assertThat(LiveSets.read(members.get(n).getLiveAtCompaction(), large, store, archive.root(), "base"))
                    .isEqualTo(live.get(n));
        }
    }

    @Test
    void aBaseIsDescribedLastAndItsSideComesBackByBucket() throws IOException {
        List<SideRecord> side =
                List.of(pair("auth", "enabled", "1"), pair("lease", "l1", "x"), pair("lease", "l2", "y"));

        UploadedBase uploaded = uploader.upload(draft(side));

        BaseDescriptor base = archive.openGeneration(Examples.generation(64))
                .commitBase(uploaded.descriptor(), uploaded.sha256())
                .getBase();
        assertThat(uploaded.descriptor()).isEqualTo("d/" + Examples.GENERATION + "/TRY1/base");
        assertThat(base.getMembers().get(0).getLiveAtCompaction().getCardinality())
                .isEqualTo(1);
        assertThat(archive.readSide(base)).containsOnlyKeys("auth", "lease");
        assertThat(archive.readSide(base).get("lease")).containsExactly(side.get(1), side.get(2));
        String name = "prod/" + base.getSide().getName();
        store.corrupt(name, bytes -> {
            bytes[bytes.length / 2] ^= 1;
            return bytes;
        });
        assertThatThrownBy(() -> archive.readSide(base))
                .isInstanceOfSatisfying(DamagedObjectException.class, e -> assertThat(e.object())
                        .isEqualTo(name));
    }

    @Test
    void anUploadThatFailsAnywhereLeavesNoDescriptor() throws IOException {
        BaseDraft draft = draft(List.of());
        archive.openGeneration(Examples.generation(64));
        for (int requests = 0; requests < 6; requests++) {
            store.failAfter(requests);
            assertThatThrownBy(() -> uploader.upload(draft)).isInstanceOf(StoreUnavailableException.class);
            store.heal();
            assertThat(memory.list("prod/d/", "", 1000))
                    .noneMatch(object -> object.name().endsWith("/base"));
        }
        uploader.upload(draft);
        assertThat(memory.list("prod/d/", "", 1000))
                .filteredOn(object -> object.name().endsWith("/base"))
                .hasSize(1);
    }

    private BaseDraft draft(List<SideRecord> side) throws IOException {
        return new BaseDraft(
                Examples.GENERATION,
                new BaseDraft.Source("dd".repeat(32), 4096, "3.6.16", "http://127.0.0.1:2379", 42),
                100,
                90,
                Examples.time(100),
                List.of(segment("c", 1, 90), segment("d", 91, 100)),
                List.of(RoaringBitmap.bitmapOf(0), RoaringBitmap.bitmapOf(0, 1)),
                List.of(RoaringBitmap.bitmapOf(1)),
                side,
                "ff".repeat(32));
    }

    private LocalSegment segment(String name, long first, long last) throws IOException {
        return Examples.segment(directory, name, first, last);
    }

    private static SideRecord pair(String bucket, String key, String value) {
        return new SideRecord(bucket, ByteBuffer.wrap(key.getBytes(UTF_8)), ByteBuffer.wrap(value.getBytes(UTF_8)));
    }
}
