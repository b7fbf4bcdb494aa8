package dev.tidemark.restorer.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.catalog.LevelDraft;
import dev.tidemark.archive.catalog.LevelWriter;
import dev.tidemark.archive.catalog.Placed;
import dev.tidemark.archive.segment.Segment;
import dev.tidemark.archive.segment.SurvivorDigest;
import dev.tidemark.archive.segment.Survivors;
import dev.tidemark.archive.segment.Tombstones;
import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.restorer.SampleArchive;
import dev.tidemark.restorer.SampleLog;
import dev.tidemark.restorer.info.ArchiveInfo;
import dev.tidemark.restorer.past.Past;
import dev.tidemark.restorer.plan.RestorePlan;
import dev.tidemark.restorer.restore.Restorer;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.restorer.verify.report.Finding;
import dev.tidemark.restorer.verify.report.VerifyLevel;
import dev.tidemark.restorer.verify.report.VerifyProgress;
import dev.tidemark.restorer.verify.report.VerifyReport;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.TidemarkException;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.Lease;
import dev.tidemark.schemas.avro.ManifestRow;
import dev.tidemark.schemas.avro.Member;
import dev.tidemark.schemas.avro.SeenLease;
import dev.tidemark.schemas.avro.SegmentRef;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.roaringbitmap.RoaringBitmap;

/** Whatever of levels, synthetic bases and proofs of time is lost or wrong is named by verify, and by what needs it alone. */
class LevelDamageTest {
    private static final Instant NOW = Instant.ofEpochMilli(SampleLog.capturedAt(100_000));
    private static final long LAST = 118;
    private static final List<VerifyLevel> LEVELS =
            List.of(VerifyLevel.MANIFEST, VerifyLevel.BYTES, VerifyLevel.CONTENT);

    /** What happens to an object. */
    private enum Damage {
        TRUNCATED,
        FLIPPED,
        REMOVED,
        SWAPPED
    }

    @TempDir
    private Path directory;

    private final List<Change> log = SampleLog.random(new Random(53), (int) LAST + 8, 9);
    private final MemoryStore store = new MemoryStore(Clock.systemUTC());
    private SampleArchive archive;

    @BeforeEach
    void build() {
        archive = new SampleArchive(store, directory, SampleArchive.SMALL)
                .claim()
                .open(0, 2, null)
                .base(log, 1, 2, List.of());
        // more than a manifest takes
        List<Lease> leases = LongStream.rangeClosed(1, 10_001)
                .mapToObj(id -> new Lease(id, 60L))
                .toList();
        for (long last = 6; last <= LAST; last += 4) {
            archive.checkpoint(log, last, last == 6 ? leases : List.of());
        }
        archive.upkeep().time(LAST, SampleLog.capturedAt(LAST) + 1).time(LAST, SampleLog.capturedAt(LAST) + 2);
        verify(VerifyLevel.CONTENT);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private VerifyReport verify(VerifyLevel level) {
        return new Verifier(archive.sources(NOW)).verify(new VerifyRequest(level, 1), VerifyProgress.NONE);
    }

    private List<String> names(String part) {
        return store.list(SampleArchive.CLUSTER + "/", "", 100_000).stream()
                .map(ObjectInfo::name)
                .filter(name -> name.contains(part))
                .toList();
    }

    private List<String> chain(String kind) {
        return names("/m/" + SampleArchive.generation(0) + "/" + kind + "/");
    }

    private BaseManifest base() {
        return new Restorer(archive.sources(NOW))
                .plan(Target.revision(LAST))
                .base()
                .manifest();
    }

    /** A file of the newest base's newest segment that was written for a merge, not by the fold of the topic. */
    private String rewritten(String end) {
        Set<String> raw = raw();
        return base().getBase().getMembers().stream()
                .filter(member -> !raw.contains(member.getSegment().getData().getName()))
                .map(member -> end.equals("avro")
                        ? member.getSegment().getData().getName()
                        : member.getSegment().getIndex().getName())
                .map(name -> SampleArchive.CLUSTER + "/" + name)
                .reduce((one, other) -> other)
                .orElseThrow();
    }

    private Set<String> raw() {
        return archive.archive().catalog().newest().orElseThrow().checkpoints(new RevisionRange(1, LAST)).stream()
                .flatMap(checkpoint -> checkpoint.getMembers().stream())
                .map(member -> member.getSegment().getData().getName())
                .collect(Collectors.toSet());
    }

    @Test
    void nothingIsFoundInAWholeArchive() {
        assertThat(chain("1")).hasSizeGreaterThan(2);
        assertThat(chain("synthetic")).hasSizeGreaterThan(2);
        assertThat(chain("time")).hasSize(2);
        for (VerifyLevel level : LEVELS) {
            VerifyReport report = verify(level);
            assertThat(report.findings()).as(level.text()).isEmpty();
            assertThat(report.ok()).isTrue();
        }
    }

    @Test
    void aMergedManifestIsNamed() {
        damageAll(chain("1").get(1), chain("1").get(2), true);
        damageAll(chain("1").get(0), chain("1").get(1), true);
        damageAll(chain("2").get(1), chain("2").get(0), true);
    }

    @Test
    void aSyntheticBaseIsNamed() {
        damageAll(chain("synthetic").get(1), chain("synthetic").get(2), true);
        damageAll(chain("synthetic").get(0), chain("synthetic").get(1), true);
    }

    @Test
    void onlyTargetsThatStartFromASyntheticBaseAreEndangeredByIt() {
        List<String> bases = chain("synthetic");
        long revision = 0;
        long next = 0;
        for (long at = LAST; at > 2; at--) {
            BaseManifest used = new Restorer(archive.sources(NOW))
                    .plan(Target.revision(at))
                    .base()
                    .manifest();
            if (used.getSynthesis() != null && used.getSeq() == bases.size() - 2) {
                revision = used.getBase().getRevision();
                next = next == 0 ? at + 1 : next;
            }
        }
        store.delete(bases.get(1));
        assertThat(verify(VerifyLevel.MANIFEST).findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding.object()).isEqualTo(bases.get(1)));
        assertThat(verify(VerifyLevel.MANIFEST).findings().get(0).range())
                .contains(new RevisionRange(revision, next - 1));
    }

    /** What is derived can be done without: the rest of the archive says the same. */
    @Test
    void noDamagedManifestOfALevelASyntheticBaseOrAProofKeepsAnyRevisionFromComingBack() {
        List<List<String>> whole = restored();
        for (String kind : List.of("1", "2", "3", "synthetic", "time")) {
            String name = chain(kind).get(0);
            byte[] good = store.get(name);
            byte[] bad = good.clone();
            bad[good.length / 3] ^= 4;
            store.delete(name);
            store.put(name, bad);
            assertThat(restored()).as("without %s", name).isEqualTo(whole);
            assertThat(ArchiveInfo.read(archive.sources(NOW)).note()).contains(name);
            store.delete(name);
            store.put(name, good);
        }
    }

    private List<List<String>> restored() {
        List<List<String>> all = new ArrayList<>();
        try (Past past = Past.open(archive.sources(NOW))) {
            for (long revision = 1; revision <= LAST; revision += 11) {
                List<String> state = new ArrayList<>();
                RestorePlan plan = past.plan(Target.revision(revision));
                past.state(plan).run((change, liveness) -> state.add(change.toString()));
                all.add(state);
            }
        }
        return all;
    }

    @Test
    void aProofOfTimeIsNamed() {
        damageAll(chain("time").get(0), chain("time").get(1), true);
        damageAll(chain("time").get(1), chain("time").get(0), true);
    }

    @Test
    void aLeaseFileIsNamed() {
        List<String> files = names("/leases.avro");
        assertThat(files).isNotEmpty();
        damageAll(files.get(0), rewritten("idx"), false);
    }

    @Test
    void anIndexRunIsNamed() {
        List<String> files = names(".run");
        assertThat(files).hasSizeGreaterThan(8);
        damageAll(files.get(0), rewritten("avro"), false);
        damageAll(files.get(files.size() / 2), rewritten("avro"), false);
        damageAll(files.get(files.size() - 1), rewritten("avro"), false);
    }

    @Test
    void aRewrittenSegmentIsNamed() {
        damageAll(rewritten("avro"), names(".avro").get(0), false);
    }

    @Test
    void theIndexOfARewrittenSegmentIsNamed() {
        damageAll(rewritten("idx"), names(".idx").get(0), false);
    }

    @Test
    void aMergedManifestThatNamesMoreRecordsThanThereAreIsNamedAndRefused() {
        for (long last = LAST + 4; last <= LAST + 8; last += 4) {
            archive.checkpoint(log, last, List.of());
        }
        String name = commitWithRecordsThatAreNone();
        assertThat(verify(VerifyLevel.CONTENT).findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding.object()).isEqualTo(name))
                .satisfies(finding -> assertThat(finding.problem()).contains("but there are"));
        try (Past past = Past.open(archive.sources(NOW))) {
            RestorePlan plan = past.plan(Target.revision(LAST + 8));
            assertThatThrownBy(() -> past.state(plan))
                    .isInstanceOf(DamagedObjectException.class)
                    .hasMessageContaining(name.substring(name.indexOf("/m/") + 1));
        }
    }

    @Test
    void aMergeWhoseLeasesAreNotThoseOfItsChildrenIsNamed() {
        archive.checkpoint(log, LAST + 4, List.of(new Lease(77L, 60L)));
        archive.checkpoint(log, LAST + 8, List.of(new Lease(77L, -1L), new Lease(78L, 90L)));
        String name = commitWithLeases(List.of(new SeenLease(77L, 61L, LAST + 4)));
        assertThat(verify(VerifyLevel.BYTES).findings()).isEmpty();
        assertThat(verify(VerifyLevel.CONTENT).findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding.object()).isEqualTo(name))
                .satisfies(finding -> assertThat(finding.problem()).contains("names 1 leases"));
    }

    /** The next checkpoint of level 1, by a writer that knows other leases than its children. */
    private String commitWithLeases(List<SeenLease> leases) {
        LevelWriter writer =
                archive.archive().levels(SampleArchive.generation(0)).orElseThrow();
        List<ManifestRow> rows = List.copyOf(writer.waiting(1).subList(0, 2));
        List<CheckpointManifest> children =
                rows.stream().map(row -> writer.read(0, row)).toList();
        List<SegmentRef> refs = children.stream()
                .flatMap(child -> child.getMembers().stream())
                .map(Member::getSegment)
                .toList();
        List<Segment> segments = refs.stream()
                .map(ref -> Segment.open(store, SampleArchive.CLUSTER + "/", ref))
                .toList();
        long last = children.get(1).getLast();
        List<RoaringBitmap> live = Survivors.at(
                last,
                Tombstones.ALL,
                segments.stream().map(Survivors.Input::raw).toList());
        SurvivorDigest digest = new SurvivorDigest();
        children.forEach(child -> digest.child(child.getContentDigest()));
        digest.survivors(segments, live);
        List<Placed> placed = new ArrayList<>();
        for (int i = 0; i < refs.size(); i++) {
            placed.add(Placed.kept(refs.get(i), live.get(i)));
        }
        CheckpointManifest standing = writer.commit(new LevelDraft(
                1,
                rows,
                digest.finish(
                        children.get(0).getFirst(),
                        last,
                        children.get(1).getPosition().getNextOffset()),
                archive.archive()
                        .uploader(() -> "01JDB40M8H3D0V6E1C9B000001")
                        .merge(SampleArchive.generation(0))
                        .finish(placed, leases, List.of()),
                children.get(1).getPosition()));
        return SampleArchive.CLUSTER + "/"
                + ArchiveLayout.checkpoint(SampleArchive.generation(0), 1, standing.getSeq());
    }

    /** The next checkpoint of level 1, by a writer that counts wrong. */
    private String commitWithRecordsThatAreNone() {
        LevelWriter writer =
                archive.archive().levels(SampleArchive.generation(0)).orElseThrow();
        List<ManifestRow> rows = List.copyOf(writer.waiting(1).subList(0, 2));
        List<CheckpointManifest> children =
                rows.stream().map(row -> writer.read(0, row)).toList();
        List<Placed> placed = children.stream()
                .flatMap(child -> child.getMembers().stream())
                .map(Member::getSegment)
                .map(segment -> Placed.kept(segment, RoaringBitmap.bitmapOf((int) segment.getRecords())))
                .toList();
        CheckpointManifest standing = writer.commit(new LevelDraft(
                1,
                rows,
                "00".repeat(32),
                archive.archive()
                        .uploader(() -> "01JDB40M8H3D0V6E1C9B000000")
                        .merge(SampleArchive.generation(0))
                        .finish(placed, List.of(), List.of()),
                children.get(1).getPosition()));
        return SampleArchive.CLUSTER + "/"
                + ArchiveLayout.checkpoint(SampleArchive.generation(0), 1, standing.getSeq());
    }

    private void damageAll(String name, String other, boolean manifest) {
        byte[] good = store.get(name);
        for (Damage damage : Damage.values()) {
            store.delete(name);
            byte[] bad = good.clone();
            bad[good.length / 3] ^= 4;
            switch (damage) {
                case TRUNCATED -> store.put(name, Arrays.copyOf(good, good.length - 7));
                case FLIPPED -> store.put(name, bad);
                case SWAPPED -> store.put(name, store.get(other));
                case REMOVED -> assertThat(names(name)).isEmpty();
            }
            Optional<RevisionRange> range = Optional.empty();
            for (VerifyLevel level : LEVELS) {
                List<String> before = names("/" + ArchiveLayout.verifications());
                List<Finding> findings = verify(level).findings();
                names("/" + ArchiveLayout.verifications()).stream()
                        .filter(run -> !before.contains(run))
                        .forEach(store::delete);
                boolean seen = manifest || level != VerifyLevel.MANIFEST || damage != Damage.FLIPPED;
                assertThat(findings)
                        .as("%s %s, %s", damage, name, level)
                        .extracting(Finding::object)
                        .containsExactlyElementsOf(seen ? List.of(name) : List.of());
                range = seen ? findings.get(0).range() : range;
            }
            restoreAll(damage + " " + name, range);
            store.delete(name);
            store.put(name, good);
        }
    }

    /** What a restore refuses is endangered by what was found. */
    private void restoreAll(String what, Optional<RevisionRange> range) {
        for (long at = 1; at <= LAST; at += 7) {
            long revision = at;
            try (Past past = Past.open(archive.sources(NOW))) {
                RestorePlan plan = past.plan(Target.revision(revision));
                past.state(plan).run((change, liveness) -> {});
            } catch (TidemarkException e) {
                assertThat(range.filter(endangered -> endangered.contains(revision)))
                        .as("%s: revision %d, endangered %s: %s", what, revision, range, e.getMessage())
                        .isPresent();
            }
        }
    }
}
