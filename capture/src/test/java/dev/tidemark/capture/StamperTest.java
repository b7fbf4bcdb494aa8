package dev.tidemark.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.schemas.Change;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class StamperTest {
    private long now = 1_000;

    @Test
    void capturedAtNeverRunsBack() {
        Stamper stamper = new Stamper(() -> Instant.ofEpochMilli(now), 5_000);
        assertThat(stamper.stamp(revisions(2)).get(0).capturedAtMillis()).isEqualTo(5_000);
        now = 6_000;
        assertThat(stamper.stamp(revisions(3)).get(0).capturedAtMillis()).isEqualTo(6_000);
        now = 5_500;
        assertThat(stamper.stamp(revisions(4)).get(0).capturedAtMillis()).isEqualTo(6_000);
    }

    @Test
    void theRevisionBeforeProvesWhenARevisionDidNotExistYet() {
        Stamper stamper = new Stamper(() -> Instant.ofEpochMilli(now), 0);
        assertThat(stamper.stamp(revisions(2)).get(0).notBeforeMillis()).isZero();
        now = 2_000;
        assertThat(stamper.stamp(revisions(3)).get(0).notBeforeMillis()).isEqualTo(1_000);
    }

    @Test
    void afterAnOutageOnlyRevisionsBeyondTheSourcesOwnAreNarrow() {
        Stamper stamper = new Stamper(() -> Instant.ofEpochMilli(now), 0);
        stamper.proven(10, 900);
        now = 60_000;
        stamper.proven(12, 59_000);
        List<Change> stamped = stamper.stamp(revisions(11, 12, 13));
        assertThat(stamped).extracting(Change::notBeforeMillis).containsExactly(900L, 900L, 59_000L);
        assertThat(stamped).extracting(Change::capturedAtMillis).containsOnly(60_000L);
    }

    @Test
    void progressMovesNotBeforeWithoutARevision() {
        Stamper stamper = new Stamper(() -> Instant.ofEpochMilli(now), 0);
        stamper.stamp(revisions(5));
        stamper.proven(5, 30_000);
        now = 31_000;
        assertThat(stamper.stamp(revisions(6)).get(0).notBeforeMillis()).isEqualTo(30_000);
    }

    @Test
    void notBeforeIsNeverAfterCapturedAt() {
        Stamper stamper = new Stamper(() -> Instant.ofEpochMilli(now), 0);
        stamper.proven(5, 30_000);
        assertThat(stamper.stamp(revisions(6)).get(0).notBeforeMillis()).isEqualTo(1_000);
    }

    private static List<Change> revisions(long... mains) {
        return java.util.Arrays.stream(mains)
                .mapToObj(main -> Change.delete(main, 0, new byte[] {1}, 0, 0))
                .toList();
    }
}
