package dev.tidemark.capture.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.etcd.rpc.EtcdWatch;
import org.junit.jupiter.api.Test;

class SilencesTest {
    private final Silences silences = new Silences();

    @Test
    void eachWatchThatStaysSilentAtAPositionGivesTheNextOneMoreTimeUntilASnapshotIsDue() {
        assertThat(silences.patience(7)).hasSeconds(10);
        silences.met(7);
        assertThat(silences.patience(7)).hasSeconds(20);
        assertThat(silences.isSnapshotDue(7)).isFalse();
        silences.met(7);
        assertThat(silences.patience(7)).hasSeconds(40);
        assertThat(silences.isSnapshotDue(7)).isTrue();
    }

    @Test
    void theSecondWatchGetsWholeResponses() {
        assertThat(silences.responses(7)).isEqualTo(EtcdWatch.Responses.FRAGMENTED);
        silences.met(7);
        assertThat(silences.responses(7)).isEqualTo(EtcdWatch.Responses.WHOLE);
        assertThat(silences.responses(8)).isEqualTo(EtcdWatch.Responses.FRAGMENTED);
        silences.met(7);
        assertThat(silences.responses(7)).isEqualTo(EtcdWatch.Responses.FRAGMENTED);
    }

    @Test
    void aPositionThatMovesBeginsAnew() {
        silences.met(7);
        silences.met(7);
        assertThat(silences.isSnapshotDue(8)).isFalse();
        assertThat(silences.patience(8)).hasSeconds(10);
        silences.met(8);
        assertThat(silences.isSnapshotDue(8)).isFalse();
    }

    @Test
    void patienceHasAnEnd() {
        for (int watch = 0; watch < 100; watch++) {
            silences.met(7);
        }
        assertThat(silences.patience(7)).hasSeconds(320);
    }
}
