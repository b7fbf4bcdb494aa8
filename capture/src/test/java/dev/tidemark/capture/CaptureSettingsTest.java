package dev.tidemark.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.etcd.rpc.EtcdSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CaptureSettingsTest {
    @Test
    void aPartitionLiesInItsTopic() {
        assertThatThrownBy(() -> new CaptureSettings.Topic("t", 64, 64, (short) 1))
                .hasMessageContaining("64 of 64");
    }

    @Test
    void anEndpointIsNeeded() {
        assertThatThrownBy(() -> new CaptureSettings(
                        "prod",
                        List.of(),
                        topic(),
                        "tidemark.revisions",
                        Map.of(),
                        Duration.ofSeconds(30),
                        CaptureSettings.Spool.in(Path.of("x")),
                        CaptureSettings.NewSource.REFUSE))
                .hasMessageContaining("no etcd endpoint");
    }

    @Test
    void usersAreAskedForEveryFiveMinutesAndRenewedEveryDayUnlessToldOtherwise() {
        CaptureSettings.SideRenewal daily = settings().sideState();
        assertThat(daily.interval()).isEqualTo(Duration.ofDays(1));
        assertThat(daily.poll()).isEqualTo(Duration.ofMinutes(5));
        CaptureSettings onChange = settings().withSideState(CaptureSettings.SideRenewal.every(Duration.ZERO));
        assertThat(onChange.sideState().interval()).isZero();
        assertThat(onChange.cluster()).isEqualTo("prod");
        assertThatThrownBy(() -> CaptureSettings.SideRenewal.every(Duration.ofSeconds(-1)))
                .hasMessageContaining("renewed every");
    }

    private static CaptureSettings.Topic topic() {
        return new CaptureSettings.Topic("tidemark.revisions", 0, 64, (short) 3);
    }

    private static CaptureSettings settings() {
        return new CaptureSettings(
                "prod",
                List.of(EtcdSettings.of("http://127.0.0.1:2379")),
                topic(),
                "tidemark.revisions",
                Map.of(),
                Duration.ofSeconds(30),
                CaptureSettings.Spool.in(Path.of("x")),
                CaptureSettings.NewSource.REFUSE);
    }
}
