package dev.tidemark.capture.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.capture.status.Headroom.Verdict;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A source that writes ten revisions a second, on a simulated clock, and what its ways to compact leave of time. */
class CompactionsTest {
    private static final long MINUTE = Duration.ofMinutes(1).toMillis();
    private static final long START = 1_700_000_000_000L;

    private final RevisionTimes times = new RevisionTimes();
    private final Compactions compactions = new Compactions(times);
    private long now = START;

    private static long revisionAt(long millis) {
        return Math.max(1, 1_000 + (millis - START) / 100);
    }

    /** Lets time pass; every {@code interval} the source compacts to what it had {@code kept} before. */
    private void run(long until, long interval, long kept) {
        while (now < until) {
            now += 1_000;
            times.seen(revisionAt(now), now);
            if ((now - START) % interval == 0) {
                compactions.happened(revisionAt(now - kept), now);
            }
        }
    }

    private Headroom capturedUpTo(long millis) {
        return compactions.headroom(revisionAt(millis), now - millis, now);
    }

    @Test
    void nothingIsSaidOfTimeBeforeTwoCompactionsWereSeen() {
        run(START + 7 * MINUTE, 5 * MINUTE, 5 * MINUTE);
        assertThat(capturedUpTo(now).millis()).isEmpty();
        assertThat(capturedUpTo(now).usualMillis()).isEmpty();
        run(START + 11 * MINUTE, 5 * MINUTE, 5 * MINUTE);
        assertThat(capturedUpTo(now).usualMillis()).hasValue(5 * MINUTE);
    }

    @Test
    void kubernetesIsKnownByItsKeyAlone() {
        compactions.kubernetes();
        assertThat(compactions.usualMillis()).hasValue(5 * MINUTE);
    }

    @Test
    void whoKeepsUpWithKubernetesHasFiveToTenMinutes() {
        run(START + 20 * MINUTE, 5 * MINUTE, 5 * MINUTE);
        for (int second = 0; second < 600; second++) {
            run(now + 1_000, 5 * MINUTE, 5 * MINUTE);
            Headroom headroom = capturedUpTo(now);
            assertThat(headroom.millis().getAsLong()).isBetween(5 * MINUTE - 2_000, 10 * MINUTE);
            assertThat(headroom.verdict()).isEqualTo(Verdict.ENOUGH);
            assertThat(headroom.revisions()).isEqualTo(revisionAt(now) - compactions.compactRevision());
        }
    }

    @Test
    void whoStandsStillIsWarnedBeforeItIsOvertakenAndTheForecastHolds() {
        run(START + 21 * MINUTE, 5 * MINUTE, 5 * MINUTE);
        long stuckAt = now;
        long forecast = now + capturedUpTo(stuckAt).millis().getAsLong();
        long warnedAt = 0;
        while (compactions.compactRevision() <= revisionAt(stuckAt)) {
            run(now + 1_000, 5 * MINUTE, 5 * MINUTE);
            if (warnedAt == 0 && capturedUpTo(stuckAt).verdict() == Verdict.SHORT) {
                warnedAt = now;
            }
        }
        assertThat(now).isBetween(forecast - 1_000, forecast + 1_000);
        assertThat(now - warnedAt).isBetween(2 * MINUTE, 3 * MINUTE);
        assertThat(capturedUpTo(stuckAt).revisions()).isNegative();
        assertThat(capturedUpTo(stuckAt).millis()).hasValue(0);
    }

    @Test
    void aSourceThatCompactsToItsNewestRevisionWarnsOnlyWhoLags() {
        run(START + 31 * MINUTE + 30_000, MINUTE, 0);
        assertThat(capturedUpTo(now).millis().getAsLong()).isLessThanOrEqualTo(MINUTE / 2);
        assertThat(capturedUpTo(now).verdict()).isEqualTo(Verdict.ENOUGH);
        run(now + 5_000, MINUTE, 0);
        assertThat(capturedUpTo(now - 20_000).verdict()).isEqualTo(Verdict.SHORT);
    }

    @Test
    void aRetentionOfAnHourLeavesThatHour() {
        run(START + 4 * 60 * MINUTE, 6 * MINUTE, 60 * MINUTE);
        assertThat(capturedUpTo(now).millis().getAsLong()).isBetween(58 * MINUTE, 68 * MINUTE);
        assertThat(capturedUpTo(now - 20 * MINUTE).verdict()).isEqualTo(Verdict.ENOUGH);
        assertThat(capturedUpTo(now - 45 * MINUTE).verdict()).isEqualTo(Verdict.SHORT);
    }

    @Test
    void withoutCompactionsThereIsNothingToWarnOf() {
        times.seen(1_000, now);
        compactions.found(0);
        Headroom headroom = compactions.headroom(10, 60 * MINUTE, now);
        assertThat(headroom.revisions()).isEqualTo(10);
        assertThat(headroom.millis()).isEmpty();
        assertThat(headroom.verdict()).isEqualTo(Verdict.ENOUGH);
    }
}
