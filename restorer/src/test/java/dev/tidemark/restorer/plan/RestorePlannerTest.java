package dev.tidemark.restorer.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.restorer.history.Chapter;
import dev.tidemark.restorer.history.History;
import dev.tidemark.restorer.history.Hole;
import dev.tidemark.restorer.history.Moment;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.avro.CheckpointManifest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class RestorePlannerTest {
    private static final Instant NOW = Instant.ofEpochMilli(SampleChapter.millis(1000));

    /** Generations by hand. */
    private record Sample(List<Chapter> chapters, Optional<PendingGeneration> pending) implements History {
        @Override
        public String note() {
            return "";
        }
    }

    private static History history(Chapter... newestFirst) {
        return new Sample(List.of(newestFirst), Optional.empty());
    }

    private static RestorePlan plan(History history, Target target) {
        return plan(history, target, (revision, one, other) -> false);
    }

    private static RestorePlan plan(History history, Target target, StateComparison comparison) {
        return RestorePlanner.plan(history, target, NOW, comparison);
    }

    private static SampleChapter usual() {
        return SampleChapter.of("G")
                .base(50, 100)
                .checkpoint(101, 150)
                .checkpoint(151, 200)
                .checkpoint(201, 230);
    }

    @Test
    void aRevisionInsideOfACheckpointNeedsTheWholeOnesBeforeIt() {
        RestorePlan plan = plan(history(usual()), Target.revision(170));
        assertThat(plan.base().revision()).isEqualTo(100);
        assertThat(plan.checkpoints()).extracting(CheckpointManifest::getLast).containsExactly(150L);
        assertThat(plan.segment()).map(CheckpointManifest::getFirst).hasValue(151L);
        assertThat(plan.tail()).isEmpty();
        assertThat(plan.moment()).isEqualTo(new Moment("G", 170, 169_600, 170_000));
        assertThat(plan.objects()).isEqualTo(8);
        assertThat(plan.bytes()).isEqualTo(80);
        assertThat(plan.newestKnown()).isEqualTo(230);
    }

    @Test
    void aRevisionOfTheSnapshotsOwnHistoryStartsAtItsCompaction() {
        RestorePlan plan = plan(history(usual()), Target.revision(70));
        assertThat(plan.base().point()).isEqualTo(BaseUse.Point.COMPACTION);
        assertThat(plan.checkpoints()).isEmpty();
        assertThat(plan.segment()).isEmpty();
        assertThat(plan.moment().notBeforeMillis()).isZero();
    }

    @Test
    void whatTheTopicHoldsIsPartOfTheLatest() {
        RestorePlan plan = plan(history(usual().tail(231, 240)), Target.latest());
        assertThat(plan.revision()).isEqualTo(240);
        assertThat(plan.tail()).hasValueSatisfying(tail -> assertThat(tail).hasToString("231..240"));
        assertThat(plan.newestKnown()).isEqualTo(240);
    }

    @Test
    void aRevisionInAHoleNamesTheHoleAndBothNeighbours() {
        Hole hole = new Hole(231, 299, "COMPACTED", "compacted at 300");
        Chapter newer = SampleChapter.of("H").base(300, 310).checkpoint(311, 320);
        assertThatThrownBy(() -> plan(history(newer, usual().endedBy(hole)), Target.revision(250)))
                .isInstanceOfSatisfying(UnreachableTargetException.class, e -> {
                    assertThat(e.failure()).isEqualTo(Failure.UNREACHABLE_TARGET);
                    assertThat(e.hole()).hasValue(hole);
                    assertThat(e.neighbours().lower()).map(Moment::revision).hasValue(230L);
                    assertThat(e.neighbours().higher()).map(Moment::revision).hasValue(300L);
                })
                .hasMessageContaining("231..299")
                .hasMessageContaining("COMPACTED");
        assertThat(plan(history(newer, usual().endedBy(hole)), Target.revision(300))
                        .generation())
                .isEqualTo("H");
    }

    @Test
    void theFutureAndTheTimeBeforeAllAreOutOfReach() {
        assertThatThrownBy(() -> plan(history(usual()), Target.revision(231)))
                .isInstanceOf(UnreachableTargetException.class)
                .hasMessageContaining("future")
                .hasMessageContaining("230");
        assertThatThrownBy(() -> plan(history(usual()), Target.revision(49)))
                .isInstanceOfSatisfying(UnreachableTargetException.class, e -> assertThat(
                                e.neighbours().higher())
                        .map(Moment::revision)
                        .hasValue(50L))
                .hasMessageContaining("earliest");
        assertThatThrownBy(() -> plan(history(usual()), Target.time(NOW.plusSeconds(1))))
                .isInstanceOf(UnreachableTargetException.class)
                .hasMessageContaining("future");
        assertThatThrownBy(() -> plan(history(usual()), Target.time(Instant.ofEpochMilli(99_999))))
                .isInstanceOf(UnreachableTargetException.class)
                .hasMessageContaining("revisions 50..100 exist, times unknown");
    }

    @Test
    void aRevisionOfTwoGenerationsHasToBeNamedWhole() {
        Chapter fork = SampleChapter.of("H").base(60, 140).checkpoint(141, 160);
        assertThatThrownBy(() -> plan(history(fork, usual()), Target.revision(145)))
                .isInstanceOfSatisfying(AmbiguousRevisionException.class, e -> {
                    assertThat(e.failure()).isEqualTo(Failure.USAGE);
                    assertThat(e.hint()).contains("H:145").contains("G:145");
                });
        assertThat(plan(history(fork, usual()), Target.revision("G", 145)).generation())
                .isEqualTo("G");
        assertThat(plan(history(fork, usual()), Target.revision(145), (revision, one, other) -> true)
                        .generation())
                .isEqualTo("H");
        assertThat(plan(history(fork, usual()), Target.revision(55)).generation())
                .isEqualTo("G");
    }

    @Test
    void aTimeBetweenTwoGenerationsLiesInTheHole() {
        Hole hole = new Hole(231, 299, "COMPACTED", "compacted at 300");
        History history = history(SampleChapter.of("H").base(300, 310), usual().endedBy(hole));
        assertThatThrownBy(() -> plan(history, Target.time(Instant.ofEpochMilli(250_000))))
                .isInstanceOfSatisfying(UnreachableTargetException.class, e -> {
                    assertThat(e.hole()).hasValue(hole);
                    assertThat(e.neighbours().lower()).map(Moment::revision).hasValue(230L);
                    assertThat(e.neighbours().higher()).map(Moment::revision).hasValue(300L);
                });
        assertThat(plan(history, Target.time(Instant.ofEpochMilli(200_000))).revision())
                .isEqualTo(200);
    }

    @Test
    void aGenerationWithoutABaseIsCapturedButNotRestorable() {
        History history = new Sample(List.of(usual()), Optional.of(new History.PendingGeneration("P", 400, 400_000)));
        assertThatThrownBy(() -> plan(history, Target.latest()))
                .isInstanceOf(UnreachableTargetException.class)
                .hasMessageContaining("not yet restorable");
        assertThatThrownBy(() -> plan(history, Target.beforeDelete(new byte[] {'k'})))
                .isInstanceOf(UnreachableTargetException.class)
                .hasMessageContaining("not yet restorable");
        assertThat(plan(history, Target.revision(230)).newestKnown()).isEqualTo(400);
        for (long revision : new long[] {390, 410}) {
            assertThatThrownBy(() -> plan(history, Target.revision(revision)))
                    .isInstanceOf(UnreachableTargetException.class)
                    .hasMessageContaining("generation P is captured");
        }
        History based = history(SampleChapter.of("P").tail(401, 5_000_000), usual());
        assertThat(plan(based, Target.revision(230)).newestKnown())
                .as("seen by clients, though not restorable")
                .isEqualTo(5_000_000);
        Hole hole = new Hole(231, 299, "COMPACTED", "compacted at 300");
        History after = new Sample(List.of(usual().endedBy(hole)), history.pending());
        assertThatThrownBy(() -> plan(after, Target.revision(250)))
                .isInstanceOfSatisfying(UnreachableTargetException.class, e -> assertThat(e.hole())
                        .hasValue(hole))
                .hasMessageContaining("in a hole");
        assertThatThrownBy(() -> plan(history(), Target.latest())).isInstanceOf(UnreachableTargetException.class);
    }

    @Property(tries = 200)
    void thePlansPiecesCoverEverythingUpToTheTargetOrTheHoleIsNamedExactly(@ForAll long seed) {
        Random random = new Random(seed);
        SampleChapter chapter = SampleChapter.of("G").base(10, 20);
        List<long[]> holes = new ArrayList<>();
        long last = 20;
        int checkpoints = random.nextInt(8);
        for (int i = 0; i < checkpoints; i++) {
            long first = last + 1;
            if (random.nextInt(8) == 0) {
                first += 1 + random.nextInt(5);
                holes.add(new long[] {last + 1, first - 1});
            }
            last = first + random.nextInt(10);
            chapter = chapter.checkpoint(first, last);
        }
        if (random.nextBoolean()) {
            chapter = chapter.tail(last + 1, last + 5);
            last += 5;
        }
        for (long target = 10; target <= last; target++) {
            check(chapter, target, holes);
        }
    }

    private static void check(SampleChapter chapter, long target, List<long[]> holes) {
        Optional<long[]> hole = holes.stream().filter(gap -> gap[0] <= target).findFirst();
        if (hole.isPresent()) {
            assertThatThrownBy(() -> plan(history(chapter), Target.revision(target)))
                    .isInstanceOfSatisfying(UnreachableTargetException.class, e -> assertThat(e.hole())
                            .map(found -> found.first() + ".." + found.last())
                            .hasValue(hole.get()[0] + ".." + hole.get()[1]));
            return;
        }
        RestorePlan plan = plan(history(chapter), Target.revision(target));
        long covered = plan.base().point() == BaseUse.Point.COMPACTION
                ? Math.min(target, 20)
                : plan.base().revision();
        List<CheckpointManifest> pieces = new ArrayList<>(plan.checkpoints());
        plan.segment().ifPresent(pieces::add);
        for (CheckpointManifest piece : pieces) {
            assertThat(piece.getFirst()).isEqualTo(covered + 1);
            covered = piece.getLast();
        }
        if (plan.tail().isPresent()) {
            assertThat(plan.tail().get().first()).isEqualTo(covered + 1);
            covered = plan.tail().get().last();
        }
        assertThat(covered).isGreaterThanOrEqualTo(target);
        assertThat(plan.revision()).isEqualTo(target);
    }

    /** A month of levels that closed when they were full, whatever moment is asked for. */
    @Test
    void aPlanNamesAtMost46CheckpointsWhateverTheAgeOfItsBase() {
        SampleChapter chapter = SampleChapter.of("G").base(1, 1);
        long raw = 10L * 12 * 24 * 4;
        for (int level = 3; level >= 0; level--) {
            long width = new long[] {1, 10, 120, 2880}[level];
            for (long first = 2; first + width - 1 <= raw + 1; first += width) {
                chapter = chapter.level(level, first, first + width - 1);
            }
        }
        for (long hour = 24; hour < 96; hour += 24) {
            chapter = chapter.withSynthetic(1 + hour * 120);
        }
        History history = history(chapter);
        int most = IntStream.iterate(2, revision -> revision <= raw, revision -> revision + 97)
                .map(revision -> pieces(plan(history, Target.revision(revision))))
                .max()
                .orElseThrow();
        int last = pieces(plan(history, Target.revision(raw)));
        assertThat(most).isLessThanOrEqualTo(46);
        assertThat(last).as("one before the end of a day").isEqualTo(23 + 11 + 9);
    }

    private static int pieces(RestorePlan plan) {
        return plan.checkpoints().size() + (plan.segment().isPresent() ? 1 : 0);
    }
}
