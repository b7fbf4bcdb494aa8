package dev.tidemark.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LoadGeneratorIT {
    @Test
    void putsWhatItIsToldAndMeasuresIt() {
        LoadGenerator generator = LoadGenerator.local();
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6)) {
            LoadResult full = generator.put(etcd, Load.of(2_000).withValueBytes(256));
            assertThat(full.errors()).isZero();
            assertThat(full.p50()).isPositive().isLessThanOrEqualTo(full.p99());
            assertThat(etcd.etcdctl("get", "", "--prefix", "--count-only", "--write-out=fields"))
                    .contains("\"Count\" : 2000")
                    .contains("\"Revision\" : 2001");

            LoadResult slow = generator.put(
                    etcd, Load.of(200).withClients(5).withRate(100).withKeys(10));
            assertThat(slow.requestsPerSecond()).isBetween(20.0, 130.0);
            assertThat(slow.total()).isGreaterThan(Duration.ofSeconds(1));
        }
    }
}
