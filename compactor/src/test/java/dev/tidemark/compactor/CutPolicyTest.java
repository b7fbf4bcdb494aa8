package dev.tidemark.compactor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Where the log is cut depends on the log alone. */
final class CutPolicyTest {
    private static final CutPolicy POLICY = new CutPolicy(1_000, 500);

    @Test
    void anEmptyIntervalIsNeverCut() {
        assertThat(POLICY.cutsBefore(Long.MAX_VALUE, CutPolicy.EMPTY)).isFalse();
        assertThat(POLICY.cutsBefore(Long.MAX_VALUE, CutPolicy.EMPTY.at(5))).isFalse();
    }

    @Test
    void anIntervalIsCutBeforeTheRecordThatComesAfterItsTime() {
        CutPolicy.Interval open = CutPolicy.EMPTY.with(10_000, 1, 0);
        assertThat(POLICY.cutsBefore(10_999, open)).isFalse();
        assertThat(POLICY.cutsBefore(11_000, open)).isTrue();
    }

    @Test
    void aClockThatGoesBackDoesNotTakeBackTimeThatHasPassed() {
        CutPolicy.Interval open = CutPolicy.EMPTY.with(10_000, 1, 0).at(11_500);
        assertThat(POLICY.cutsBefore(10_001, open)).isTrue();
    }

    @Test
    void anIntervalIsCutWhenItHoldsTooManyBytesOrLeases() {
        CutPolicy.Interval bytes = CutPolicy.EMPTY.with(10_000, 499, 0);
        assertThat(POLICY.cutsBefore(10_000, bytes)).isFalse();
        assertThat(POLICY.cutsBefore(10_000, bytes.with(10_000, 1, 0))).isTrue();
        assertThat(POLICY.cutsBefore(10_000, CutPolicy.EMPTY.with(10_000, 1, CutPolicy.MAX_LEASES)))
                .isTrue();
    }

    @Property
    void aReplayFromAnyCutMakesTheSameCutsAgain(@ForAll("logs") List<Entry> log, @ForAll @IntRange(max = 50) int from) {
        List<Integer> cuts = cuts(log, 0);
        if (!cuts.isEmpty()) {
            int restart = cuts.get(from % cuts.size());
            assertThat(cuts(log, restart))
                    .isEqualTo(cuts.stream().filter(cut -> cut > restart).toList());
        }
    }

    private static List<Integer> cuts(List<Entry> log, int start) {
        List<Integer> cuts = new ArrayList<>();
        CutPolicy.Interval open = CutPolicy.EMPTY;
        for (int i = start; i < log.size(); i++) {
            Entry entry = log.get(i);
            if (POLICY.cutsBefore(entry.millis, open)) {
                cuts.add(i);
                open = CutPolicy.EMPTY;
            }
            open = entry.bytes == 0 ? open.at(entry.millis) : open.with(entry.millis, entry.bytes, 0);
        }
        return cuts;
    }

    @Provide
    Arbitrary<List<Entry>> logs() {
        return Combinators.combine(
                        Arbitraries.longs().between(0, 5_000),
                        Arbitraries.integers().between(0, 300))
                .as(Entry::new)
                .list()
                .ofMaxSize(100);
    }

    /**
     * A record of the log.
     *
     * @param bytes 0 for one without revisions
     */
    private record Entry(long millis, int bytes) {}
}
