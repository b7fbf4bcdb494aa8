package dev.tidemark.capture.status;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RevisionTimesTest {
    private final RevisionTimes times = new RevisionTimes();

    @Test
    void aRevisionThatIsNotKnownYetExistsSinceNow() {
        assertThat(times.since(5, 1_000)).isEqualTo(1_000);
        times.seen(5, 900);
        assertThat(times.since(6, 1_000)).isEqualTo(1_000);
        assertThat(times.since(5, 1_000)).isEqualTo(900);
    }

    @Test
    void whatLiesBetweenTwoMarksHasTheLaterOnesTime() {
        times.seen(10, 1_000);
        times.seen(20, 5_000);
        assertThat(times.since(11, 9_000)).isEqualTo(5_000);
        assertThat(times.since(20, 9_000)).isEqualTo(5_000);
        assertThat(times.since(3, 9_000)).isEqualTo(1_000);
    }

    @Test
    void olderNewsChangesNothing() {
        times.seen(10, 1_000);
        times.seen(9, 2_000);
        assertThat(times.newest()).isEqualTo(10);
        assertThat(times.since(10, 3_000)).isEqualTo(1_000);
    }

    @Test
    void hoursOfRevisionsStayWithinAFewPerCentAndAreNeverTooLate() {
        long end = 0;
        for (long revision = 1; revision <= 1_000_000; revision++) {
            end = revision * 10;
            times.seen(revision, end);
        }
        for (long revision = 1; revision <= 1_000_000; revision += 997) {
            assertThat(revision * 10 - times.since(revision, end)).isBetween(0L, end / 50);
        }
    }
}
