package dev.tidemark.capture.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TransactionTimeTest {
    private final TransactionTime time = new TransactionTime(Duration.ofSeconds(15));

    @Test
    void whatFailedForWantOfTimeGetsTwiceAsMuchUpToFifteenMinutes() {
        time.failedAfter(Duration.ofSeconds(15));
        assertThat(time.now()).isEqualTo(Duration.ofSeconds(30));
        time.failedAfter(Duration.ofSeconds(31));
        assertThat(time.now()).isEqualTo(Duration.ofSeconds(60));
        for (int i = 0; i < 10; i++) {
            time.failedAfter(Duration.ofHours(1));
        }
        assertThat(time.now()).isEqualTo(Duration.ofMinutes(15));
    }

    @Test
    void whatFailedSoonerFailedForAnotherReason() {
        time.failedAfter(Duration.ofSeconds(14));
        assertThat(time.now()).isEqualTo(Duration.ofSeconds(15));
    }

    @Test
    void shortOnesAreEnoughAgainAfterOneWasCommitted() {
        time.failedAfter(Duration.ofSeconds(20));
        time.committed();
        assertThat(time.now()).isEqualTo(Duration.ofSeconds(15));
    }

    @Test
    void aBrokerThatAllowsNoMoreIsNotAskedForMoreAgain() {
        time.failedAfter(Duration.ofSeconds(20));
        time.failedAfter(Duration.ofSeconds(40));
        time.refused();
        assertThat(time.now()).isEqualTo(Duration.ofSeconds(30));
        time.failedAfter(Duration.ofMinutes(2));
        assertThat(time.now()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void theUsualTimeIsNeverCutShort() {
        time.refused();
        assertThat(time.now()).isEqualTo(Duration.ofSeconds(15));
    }
}
