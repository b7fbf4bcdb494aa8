package dev.tidemark.capture.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.schemas.Change;
import java.util.List;
import org.junit.jupiter.api.Test;

class CrossCheckTest {
    private static final byte[] KEY = {1};

    @Test
    void aSnapshotNeverReplacesOrEvictsWhatWasCaptured() {
        Overlap overlap = new Overlap();
        for (long main = 11; main <= 110; main++) {
            overlap.add(List.of(Change.delete(main, 0, KEY, 0, 0)));
        }
        CrossCheck check = new CrossCheck(overlap, 110);
        for (long main = 50; main < 500; main++) {
            check.inSnapshot(main, -main);
        }

        assertThat(overlap.first()).hasValue(11);
        assertThat(overlap.firstDifference(List.of(Change.delete(60, 0, KEY, 0, 0))))
                .isEmpty();
        assertThat(overlap.firstDifference(List.of(Change.delete(60, 0, new byte[] {2}, 0, 0))))
                .hasValue(60);
    }

    @Test
    void aGenerationThatKnowsNothingYetLearnsFromItsSnapshot() {
        Overlap overlap = new Overlap();
        CrossCheck check = new CrossCheck(overlap, 20);
        for (long main = 10; main <= 25; main++) {
            check.inSnapshot(main, main);
        }
        assertThat(overlap.first()).hasValue(10);
        assertThat(overlap.firstDifference(List.of(Change.delete(15, 0, KEY, 0, 0))))
                .hasValue(15);
        assertThat(overlap.firstDifference(List.of(Change.delete(21, 0, KEY, 0, 0))))
                .isEmpty();
    }

    @Test
    void whatTheWatchAndTheSnapshotSayDifferentlyIsRefused() {
        CrossCheck check = new CrossCheck(new Overlap(), 20);
        check.watched(5, 7);
        check.inSnapshot(5, 7);
        check.inSnapshot(6, 8);
        assertThatThrownBy(() -> check.watched(6, 9)).hasMessageContaining("revision 6");
        assertThat(check.compared()).isEqualTo(2);
    }
}
