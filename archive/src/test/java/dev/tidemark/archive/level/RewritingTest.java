package dev.tidemark.archive.level;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.level.Rewriting.Run;
import dev.tidemark.archive.level.Rewriting.Share;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class RewritingTest {
    private static final long FULL = 64 << 20;

    @Test
    void whatIsAliveIsLeftAlone() {
        assertThat(Rewriting.plan(List.of(full(1), full(0.9), full(0.8), full(1))))
                .isEmpty();
        assertThat(Rewriting.plan(List.of())).isEmpty();
    }

    @Test
    void aSegmentThatIsHalfDeadIsWrittenAnew() {
        assertThat(Rewriting.plan(List.of(full(1), full(1), full(0.5), full(1))))
                .containsExactly(new Run(2, 3));
    }

    @Test
    void ofSegmentsThatDieTogetherTheDeadestAreWrittenFirst() {
        assertThat(Rewriting.plan(List.of(full(0.68), full(0.70), full(0.72), full(0.74))))
                .containsExactly(new Run(0, 1));
    }

    @Test
    void eightNeighboursOfAClassAreJoinedAndTinyOnesBesideThemDoNotCount() {
        List<Share> seven = Collections.nCopies(7, whole(0.05));
        assertThat(Rewriting.plan(concat(List.of(full(1)), seven))).isEmpty();
        assertThat(Rewriting.plan(concat(concat(List.of(full(1)), seven), List.of(whole(0.06)))))
                .containsExactly(new Run(1, 9));
        assertThat(Rewriting.plan(concat(concat(List.of(full(1)), seven), Collections.nCopies(5, whole(0.0001)))))
                .isEmpty();
        assertThat(Rewriting.plan(concat(seven, List.of(full(1), whole(0.05)))))
                .as("not neighbours")
                .isEmpty();
    }

    @Test
    void aRunTakesSmallNeighboursThatFitIntoItsLastSegment() {
        assertThat(Rewriting.plan(List.of(full(1), whole(0.2), full(0.5), whole(0.25), full(1))))
                .containsExactly(new Run(1, 4));
        assertThat(Rewriting.plan(List.of(full(1), whole(0.6), full(0.5), whole(0.6), full(1))))
                .containsExactly(new Run(2, 3));
    }

    @Test
    void segmentsOfTinyRecordsThatAreFullByTheirNumberAreNotJoinedForEver() {
        Share full = new Share(4 << 20, 4 << 20, 1, false);
        assertThat(Rewriting.plan(Collections.nCopies(100, full))).isEmpty();
    }

    @Test
    void whatCannotBeNamedAsItIsIsWrittenAnew() {
        assertThat(Rewriting.plan(List.of(full(1), new Share(FULL, FULL, 1, true), full(1))))
                .containsExactly(new Run(1, 2));
    }

    @Property(tries = 500)
    void runsAreInOrderAndApartAndLeaveFewDeadBytes(@ForAll long seed) {
        List<Share> shares = random(new Random(seed));
        int at = 0;
        for (Run run : Rewriting.plan(shares)) {
            assertThat(run.from()).isGreaterThanOrEqualTo(at);
            assertThat(run.to()).isBetween(run.from() + 1, shares.size());
            at = run.to();
        }
        List<Share> after = written(shares, Rewriting.plan(shares));
        double bytes = after.stream().mapToLong(Share::bytes).sum();
        double live = after.stream().mapToLong(Share::liveBytes).sum();
        assertThat(1 - live / bytes).isLessThanOrEqualTo(0.2701);
    }

    @Property(tries = 500)
    void whatWasWrittenAnewComesToRest(@ForAll long seed) {
        List<Share> shares = random(new Random(seed));
        for (int round = 0; round < 8; round++) {
            List<Run> runs = Rewriting.plan(shares);
            if (runs.isEmpty()) {
                return;
            }
            shares = written(shares, runs);
        }
        throw new AssertionError("written anew for ever: " + shares);
    }

    private static List<Share> random(Random random) {
        List<Share> shares = new ArrayList<>();
        int count = 1 + random.nextInt(80);
        for (int i = 0; i < count; i++) {
            double size = random.nextInt(3) == 0 ? 1 : Math.pow(random.nextDouble(), 6) + 1e-6;
            double alive = random.nextInt(3) == 0 ? 1 : 0.01 + 0.99 * random.nextDouble();
            long bytes = Math.max(2, Math.round(size * FULL));
            long live = Math.max(1, Math.round(alive * bytes));
            shares.add(new Share(bytes, live, (double) live / FULL, false));
        }
        return shares;
    }

    /** The segments after a plan: each run filled one after the other. */
    private static List<Share> written(List<Share> shares, List<Run> runs) {
        List<Share> after = new ArrayList<>();
        int at = 0;
        for (Run run : runs) {
            after.addAll(shares.subList(at, run.from()));
            long left = shares.subList(run.from(), run.to()).stream()
                    .mapToLong(Share::liveBytes)
                    .sum();
            for (; left > 0; left -= FULL) {
                long bytes = Math.min(FULL, left);
                after.add(new Share(bytes, bytes, (double) bytes / FULL, false));
            }
            at = run.to();
        }
        after.addAll(shares.subList(at, shares.size()));
        return after;
    }

    private static Share full(double alive) {
        long live = Math.round(alive * FULL);
        return new Share(FULL, live, alive, false);
    }

    private static Share whole(double size) {
        long bytes = Math.round(size * FULL);
        return new Share(bytes, bytes, size, false);
    }

    private static List<Share> concat(List<Share> first, List<Share> then) {
        return Stream.concat(first.stream(), then.stream()).toList();
    }
}
