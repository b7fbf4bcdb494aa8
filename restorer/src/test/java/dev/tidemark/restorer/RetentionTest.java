package dev.tidemark.restorer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.catalog.RetentionChain;
import dev.tidemark.archive.retention.Amount;
import dev.tidemark.archive.retention.Expiry;
import dev.tidemark.archive.retention.ExpiryReport;
import dev.tidemark.archive.retention.Restorable;
import dev.tidemark.archive.retention.RetentionPolicy;
import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.restorer.history.Moment;
import dev.tidemark.restorer.info.ArchiveInfo;
import dev.tidemark.restorer.plan.RestorePlan;
import dev.tidemark.restorer.plan.UnreachableTargetException;
import dev.tidemark.restorer.restore.Restorer;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.restorer.verify.Verifier;
import dev.tidemark.restorer.verify.VerifyRequest;
import dev.tidemark.restorer.verify.report.VerifyLevel;
import dev.tidemark.restorer.verify.report.VerifyProgress;
import dev.tidemark.restorer.verify.report.VerifyReport;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.avro.GenerationRetention;
import dev.tidemark.schemas.avro.ObjectRef;
import dev.tidemark.schemas.avro.Retention;
import dev.tidemark.schemas.topic.GenerationEnd;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What retention promises, refuses and gives up, over two generations whose revisions are twenty minutes apart. */
class RetentionTest {
    private static final Duration STEP = Duration.ofMinutes(20);
    private static final Duration GRACE = Duration.ofHours(1);
    /** The first generation's last revision. */
    private static final long END = 61;
    /** The second one's base. */
    private static final long NEXT = 100;

    private static final RetentionPolicy POLICY =
            new RetentionPolicy(Duration.ofHours(4), Duration.ofHours(24), Duration.ofDays(9), Duration.ZERO, GRACE);

    @TempDir
    private Path directory;

    private Instant storeTime = Instant.ofEpochMilli(at(1));
    private final MemoryStore store = new MemoryStore(() -> storeTime);
    private final List<Change> changes = new ArrayList<>();
    private SampleArchive archive;
    private long attempts;

    private static long at(long revision) {
        return SampleLog.START_MILLIS + revision * STEP.toMillis();
    }

    @BeforeEach
    void twoGenerations() {
        archive = new SampleArchive(store, directory, SampleArchive.SMALL);
        archive.capturedAt(RetentionTest::at);
        archive.open(0, 1, null).claim().base(List.of(), 1, 1, List.of());
        write(2, END);
        GenerationEnd end = new GenerationEnd(
                SampleArchive.generation(0), END, GenerationEnd.Cause.COMPACTED, "compacted", END + 1, NEXT - 1);
        archive.open(1, NEXT, end).base(changes, NEXT, NEXT, List.of());
        write(NEXT + 1, NEXT + 40);
    }

    /** A key a revision, cut and merged after every second one. */
    private void write(long first, long last) {
        for (long revision = first; revision <= last; revision++) {
            byte[] value = ("value " + revision).getBytes(StandardCharsets.UTF_8);
            changes.add(
                    Change.put(revision, 0, SampleLog.key((int) revision % 5), value, revision, 1, 0, at(revision), 0));
            storeTime = Instant.ofEpochMilli(at(revision));
            if ((revision - first) % 2 == 1 || revision == last) {
                archive.checkpoint(changes, revision, List.of()).upkeep();
            }
        }
    }

    private Expiry prepare(RetentionPolicy policy, Expiry.Promise promise) {
        return prepare(archive, policy, promise);
    }

    private Expiry prepare(SampleArchive archive, RetentionPolicy policy, Expiry.Promise promise) {
        return Expiry.prepare(
                archive.archive(),
                policy,
                promise,
                () -> String.format("01JDB50M8H3D0V6E1C9A%06d", ++attempts),
                () -> storeTime.plusSeconds(1));
    }

    private ExpiryReport expire() {
        ExpiryReport report = prepare(POLICY, Expiry.Promise.KEPT).run();
        storeTime = storeTime.plus(GRACE).plusMillis(1);
        return report;
    }

    private Sources sources() {
        return archive.sources(Instant.ofEpochMilli(at(1_000)));
    }

    private RestorePlan plan(Target target) {
        return new Restorer(sources()).plan(target);
    }

    private VerifyReport verify() {
        return new Verifier(sources()).verify(new VerifyRequest(VerifyLevel.CONTENT, 1), VerifyProgress.NONE);
    }

    private List<String> names(String prefix) {
        return store.list("sample/" + prefix, "", 10_000).stream()
                .map(ObjectInfo::name)
                .toList();
    }

    @Test
    void everyRevisionOfTheWindowStaysAndBeforeItTheLastBaseOfEachHour() {
        List<Restorable> kept = prepare(POLICY, Expiry.Promise.KEPT).restorable();
        expire();
        expire();
        Restorable window = kept.get(0);
        assertThat(window.kind()).isEqualTo(Restorable.Kind.EVERY_REVISION);
        assertThat(window.fromMillis())
                .isLessThanOrEqualTo(at(NEXT + 40) - POLICY.pitr().toMillis());
        assertThat(window.to()).isEqualTo(NEXT + 40);
        assertThat(kept.stream().skip(1))
                .allMatch(point -> point.kind() == Restorable.Kind.KEPT_POINT)
                .anyMatch(point -> point.generation().equals(SampleArchive.generation(0)));
        for (long revision = window.from(); revision <= window.to(); revision++) {
            assertThat(plan(Target.revision(revision)).revision()).isEqualTo(revision);
        }
        for (Restorable point : kept.subList(1, kept.size())) {
            RestorePlan plan = plan(Target.revision(point.generation(), point.to()));
            assertThat(plan.checkpoints())
                    .as("a kept point needs nothing but itself")
                    .isEmpty();
            assertThat(plan.moment().notAfterMillis()).isEqualTo(point.toMillis());
        }
        assertThat(verify().findings()).isEmpty();
    }

    @Test
    void aTargetBetweenTwoKeptPointsNamesBothAndTakesNeither() {
        List<Restorable> kept = prepare(POLICY, Expiry.Promise.KEPT).restorable();
        expire();
        List<Restorable> points = kept.stream()
                .filter(one -> one.kind() == Restorable.Kind.KEPT_POINT)
                .filter(one -> one.generation().equals(SampleArchive.generation(1)))
                .toList();
        Restorable later = points.get(0);
        Restorable earlier = points.get(1);
        assertThat(later.from() - earlier.to())
                .as("there is something between them")
                .isGreaterThan(1);
        for (Target between :
                List.of(Target.revision(earlier.to() + 1), Target.time(Instant.ofEpochMilli(later.toMillis() - 1)))) {
            assertThatThrownBy(() -> plan(between)).isInstanceOfSatisfying(UnreachableTargetException.class, e -> {
                assertThat(e.failure()).isEqualTo(Failure.UNREACHABLE_TARGET);
                assertThat(e.neighbours().lower()).map(Moment::revision).hasValue(earlier.to());
                assertThat(e.neighbours().higher()).map(Moment::revision).hasValue(later.to());
                assertThat(e.hole()).isEmpty();
            });
        }
    }

    @Test
    void aDecisionOfAnotherClusterIsRefusedByNameAndNamedByVerify() {
        expire();
        String name = names("r/").get(0);
        byte[] own = store.get(name);
        Retention foreign = archive.archive().retention().newest().orElseThrow();
        SampleArchive other = new SampleArchive(store, "other", directory, SampleArchive.SMALL);
        List<GenerationRetention> generations = foreign.getGenerations().stream()
                .map(one -> new GenerationRetention(
                        SampleArchive.generation(9), one.getBaseRevision(), one.getFloors(), one.getKept()))
                .toList();
        other.archive()
                .retention()
                .commit(
                        new RetentionChain.Decision(
                                foreign.getAsOfMillis(), POLICY.pitr(), POLICY.hourly(), POLICY.daily(), generations),
                        Optional.empty());
        store.delete(name);
        store.put(name, store.get("other/" + name.substring("sample/".length())));
        assertThatThrownBy(() -> archive.archive().catalog())
                .isInstanceOfSatisfying(DamagedObjectException.class, e -> assertThat(e.object())
                        .isEqualTo(name));
        assertThat(verify().findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding.object()).isEqualTo(name))
                .satisfies(finding -> assertThat(finding.range()).isPresent());
        store.delete(name);
        store.put(name, own);
        assertThat(verify().findings()).isEmpty();
    }

    @Test
    void aShorterPolicyIsRefusedUntilAPersonSaysThatLessIsEnough() {
        expire();
        RetentionPolicy shorter =
                new RetentionPolicy(Duration.ofHours(2), POLICY.hourly(), POLICY.daily(), Duration.ZERO, GRACE);
        assertThatThrownBy(() -> prepare(shorter, Expiry.Promise.KEPT))
                .isInstanceOfSatisfying(ArchiveException.class, e -> {
                    assertThat(e.failure()).isEqualTo(Failure.REFUSED);
                    assertThat(e).hasMessageContaining("14400s").hasMessageContaining("7200s");
                });
        assertThat(prepare(shorter, Expiry.Promise.SHORTENED).run().condemned().objects())
                .isPositive();
        RetentionPolicy longer =
                new RetentionPolicy(Duration.ofDays(2), POLICY.hourly(), POLICY.daily(), Duration.ZERO, GRACE);
        prepare(longer, Expiry.Promise.KEPT).run();
        assertThat(archive.archive().retention().newest().orElseThrow().getPitrMillis())
                .isEqualTo(Duration.ofDays(2).toMillis());
    }

    @Test
    void aRehearsalChangesNothing() {
        List<String> before = names("");
        ExpiryReport report = prepare(POLICY, Expiry.Promise.KEPT).rehearse();
        assertThat(report.condemned().objects()).isPositive();
        assertThat(names("")).isEqualTo(before);
        assertThat(expire().condemned()).isEqualTo(report.condemned());
    }

    @Test
    void whatIsListedIsDeletedByTheNextRunAfterItsTimeAndTheListToo() {
        Amount condemned = expire().condemned();
        storeTime = storeTime.minus(Duration.ofMinutes(1));
        ExpiryReport early = prepare(POLICY, Expiry.Promise.KEPT).run();
        assertThat(early.deleted()).isEqualTo(Amount.NONE);
        assertThat(early.waiting()).isEqualTo(condemned);
        storeTime = storeTime.plus(Duration.ofMinutes(1));
        assertThat(prepare(POLICY, Expiry.Promise.KEPT).run().deleted()).isEqualTo(condemned);
        assertThat(names("x/")).isEmpty();
        assertThat(expire().condemned()).as("nothing is left to be found").isEqualTo(Amount.NONE);
    }

    @Test
    void aListThatIsDamagedIsMadeAnew() {
        Amount condemned = expire().condemned();
        String list = names("x/").get(0);
        byte[] bytes = store.get(list);
        store.delete(list);
        bytes[bytes.length / 2] ^= 1;
        store.put(list, bytes);
        ExpiryReport report = expire();
        assertThat(report.deleted()).isEqualTo(Amount.NONE);
        assertThat(report.condemned()).isEqualTo(condemned);
        assertThat(expire().deleted()).isEqualTo(condemned);
    }

    @Test
    void nothingIsDeletedWhileAManifestThatCountsIsMissingOrDamaged() {
        expire();
        List<String> before = names("d/");
        String generation = SampleArchive.generation(1);
        for (String chain : List.of(
                ArchiveLayout.checkpoints(generation, 0),
                ArchiveLayout.checkpoints(generation, 2),
                ArchiveLayout.syntheticBases(generation))) {
            String name = names(chain).get(1);
            byte[] bytes = store.get(name);
            store.delete(name);
            assertThatThrownBy(() -> prepare(POLICY, Expiry.Promise.KEPT).run())
                    .isInstanceOfSatisfying(
                            ArchiveException.class, e -> assertThat(e.failure()).isEqualTo(Failure.VERIFICATION));
            byte[] damaged = bytes.clone();
            damaged[damaged.length / 2] ^= 1;
            store.put(name, damaged);
            assertThatThrownBy(() -> prepare(POLICY, Expiry.Promise.KEPT).run())
                    .isInstanceOfSatisfying(
                            ArchiveException.class, e -> assertThat(e.failure()).isEqualTo(Failure.VERIFICATION));
            store.delete(name);
            store.put(name, bytes);
        }
        assertThat(names("d/")).isEqualTo(before);
        assertThat(expire().deleted().objects()).isPositive();
    }

    @Test
    void whatIsDamagedEndsTheRunWhileEverythingIsStillRestorable() {
        String name =
                names(ArchiveLayout.checkpoints(SampleArchive.generation(1), 0)).get(1);
        byte[] bytes = store.get(name);
        store.delete(name);
        assertThatThrownBy(() -> prepare(POLICY, Expiry.Promise.KEPT).run())
                .isInstanceOfSatisfying(
                        ArchiveException.class, e -> assertThat(e.failure()).isEqualTo(Failure.VERIFICATION));
        store.put(name, bytes);
        assertThat(archive.archive().retention().newest()).isEmpty();
        assertThat(plan(Target.revision(30)).revision()).isEqualTo(30);
        expire();
        assertThatThrownBy(() -> plan(Target.revision(30))).isInstanceOf(UnreachableTargetException.class);
    }

    @Test
    void aGenerationWhoseHistoryIsGivenUpIsNotOneThatWaitsForItsBase() {
        RetentionPolicy windowAlone =
                new RetentionPolicy(Duration.ofHours(4), Duration.ZERO, Duration.ZERO, Duration.ZERO, GRACE);
        assertThat(ArchiveInfo.read(sources()).generations())
                .extracting(ArchiveInfo.Generation::standing)
                .containsExactly(ArchiveInfo.Standing.RESTORABLE, ArchiveInfo.Standing.RESTORABLE);
        prepare(windowAlone, Expiry.Promise.KEPT).run();
        assertThat(ArchiveInfo.read(sources()).generations())
                .extracting(ArchiveInfo.Generation::standing)
                .containsExactly(ArchiveInfo.Standing.RESTORABLE, ArchiveInfo.Standing.GIVEN_UP);
    }

    /** Such as a base that the topic tells of, and that no compactor has read of yet. */
    @Test
    void whatWasUploadedIsLeftAloneUntilTheLogBehindItIsFolded() {
        ObjectRef waiting = archive.archive()
                .uploader(() -> "01JDB60M8H3D0V6E1C9A000001")
                .uploadSide(SampleArchive.generation(1), List.of());
        for (int run = 0; run < 4; run++) {
            expire();
            storeTime = storeTime.plus(Duration.ofDays(30));
        }
        assertThat(names("d/")).contains("sample/" + waiting.getName());
        storeTime = Instant.ofEpochMilli(at(NEXT + 40));
        write(NEXT + 41, NEXT + 80);
        expire();
        expire();
        assertThat(names("d/")).doesNotContain("sample/" + waiting.getName());
    }

    @Test
    void ofTwoThatDecideAtTheSameTimeOneBeginsAnew() {
        Expiry one = prepare(POLICY, Expiry.Promise.KEPT);
        Expiry other = prepare(POLICY, Expiry.Promise.KEPT);
        one.run();
        assertThatThrownBy(other::run).isInstanceOfSatisfying(ArchiveException.class, e -> assertThat(e.failure())
                .isEqualTo(Failure.FENCED));
        assertThat(names("r/")).hasSize(1);
    }

    /** Whatever chain seems to be gone for once: nothing is taken back, and nothing that counts is lost. */
    @ParameterizedTest
    @ValueSource(
            strings = {"/base/", "/synthetic/", "/side/", "/time/", "/0/", "/1/", "/2/", "/3/", "/d/", "/x/", "/r/"})
    void aListingThatIsEmptyForOnceDoesNoHarm(String part) {
        expire();
        expire();
        write(NEXT + 41, NEXT + 80);
        SampleArchive badly =
                new SampleArchive(BadWay.to(store, BadWay.Fault.EMPTY, part), directory, SampleArchive.SMALL);
        Optional<Retention> before = archive.archive().retention().newest();
        try {
            prepare(badly, POLICY, Expiry.Promise.KEPT).run();
        } catch (ArchiveException refused) {
            assertThat(refused.failure()).isIn(Failure.VERIFICATION, Failure.FENCED, Failure.UNAVAILABLE);
        }
        Retention after = archive.archive().retention().newest().orElseThrow();
        assertThat(after.getGenerations()).hasSameSizeAs(before.orElseThrow().getGenerations());
        storeTime = storeTime.plus(GRACE).plusMillis(1);
        List<Restorable> kept = prepare(POLICY, Expiry.Promise.KEPT).restorable();
        expire();
        expire();
        for (Restorable range : kept) {
            assertThat(plan(Target.revision(range.generation(), range.to())).revision())
                    .isEqualTo(range.to());
        }
        assertThat(verify().findings()).isEmpty();
    }

    @Test
    void whatIsGivenUpWhileItIsVerifiedIsNotCalledMissing() {
        expire();
        expire();
        write(NEXT + 41, NEXT + 80);
        int[] steps = new int[1];
        VerifyReport report = new Verifier(sources())
                .verify(new VerifyRequest(VerifyLevel.CONTENT, 1), new VerifyProgress() {
                    @Override
                    public void advanced(long manifests, long total) {
                        if (steps[0]++ == 3) {
                            expire();
                            expire();
                        }
                    }

                    @Override
                    public void says(String line) {
                        // nothing is said at this level
                    }
                });
        assertThat(report.findings()).isEmpty();
        assertThat(report.note()).contains("decided anew");
        assertThat(verify().note()).isEmpty();
    }

    @Test
    void aDecisionThatIsLostIsMissed() {
        expire();
        write(NEXT + 41, NEXT + 50);
        expire();
        assertThat(verify().ok()).isTrue();
        String newest = names("r/").get(0);
        store.delete(newest);
        assertThat(verify().findings()).singleElement().satisfies(finding -> assertThat(finding.object())
                .isEqualTo(newest));
    }

    @Test
    void aBaseOfWhatIsGivenUpGetsNoPlaceHoweverOftenTheTopicTellsOfIt() {
        expire();
        assertThat(archive.archive()
                        .resume(SampleArchive.generation(0))
                        .orElseThrow()
                        .isGivenUp(50))
                .isTrue();
        assertThat(archive.archive()
                        .resume(SampleArchive.generation(1))
                        .orElseThrow()
                        .isGivenUp(NEXT))
                .isTrue();
        assertThat(archive.archive()
                        .resume(SampleArchive.generation(1))
                        .orElseThrow()
                        .isGivenUp(NEXT + 40))
                .isFalse();
    }

    @Test
    void theNumbersOfADecisionAreNeverUsedTwiceAndTheNewestStay() {
        for (int run = 0; run < 5; run++) {
            expire();
            write(NEXT + 41 + 10L * run, NEXT + 50 + 10L * run);
        }
        assertThat(names("r/")).hasSize(2);
        assertThat(archive.archive().retention().newest().orElseThrow().getSeq())
                .isEqualTo(4);
        assertThat(Stream.of("0", "1", "2", "synthetic"))
                .allSatisfy(part -> assertThat(names(ArchiveLayout.chain(SampleArchive.generation(0), part)))
                        .hasSizeGreaterThanOrEqualTo(2));
        assertThat(verify().findings()).isEmpty();
    }
}
