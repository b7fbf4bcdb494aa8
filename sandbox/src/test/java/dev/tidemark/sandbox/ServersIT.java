package dev.tidemark.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ServersIT {
    @ParameterizedTest
    @MethodSource("dev.tidemark.sandbox.EtcdVersion#available")
    void etcdServesAndKeepsItsDataOverKillMinusNine(EtcdVersion version) {
        try (EtcdServer etcd = EtcdServer.launch(version)) {
            etcd.etcdctl("put", "key", "value");
            etcd.kill();
            assertThat(etcd.isAlive()).isFalse();
            etcd.start();
            assertThat(etcd.etcdctl("get", "key", "--print-value-only")).isEqualTo("value\n");
            assertThat(etcd.etcdctl("version")).contains(version.number());
        }
    }

    @ParameterizedTest
    @MethodSource("dev.tidemark.sandbox.EtcdVersion#available")
    void aSnapshotFileBootsAsAnotherEtcd(EtcdVersion version) {
        try (EtcdServer etcd = EtcdServer.launch(version)) {
            etcd.etcdctl("put", "key", "value");
            etcd.etcdctl("snapshot", "save", etcd.path().resolve("snapshot.db").toString());
            try (EtcdServer other = EtcdServer.restored(etcd.path().resolve("snapshot.db"), version)) {
                assertThat(other.etcdctl("get", "key", "--print-value-only")).isEqualTo("value\n");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.tidemark.sandbox.EtcdVersion#available")
    void aSourceThatIsRestoredInPlaceKeepsItsAddressAndItsIds(EtcdVersion version) {
        try (EtcdServer etcd = EtcdServer.launch(version)) {
            etcd.etcdctl("put", "key", "then");
            Path file = etcd.path().resolve("snapshot.db");
            etcd.etcdctl("snapshot", "save", file.toString());
            String ids = etcd.etcdctl("member", "list");
            etcd.etcdctl("put", "key", "now");
            etcd.restoreInPlace(file);
            assertThat(etcd.etcdctl("get", "key", "--print-value-only")).isEqualTo("then\n");
            assertThat(etcd.etcdctl("member", "list")).isEqualTo(ids);
        }
    }

    @Test
    void kafkaServesAndComesBackAfterKillMinusNine() {
        try (KafkaServer kafka = KafkaServer.launch()) {
            kafka.kill();
            kafka.start();
            assertThat(kafka.isAlive()).isTrue();
        }
    }

    @Test
    void minioServesAndComesBackAfterKillMinusNine() {
        try (MinioServer minio = MinioServer.launch().withBucket("archive")) {
            minio.kill();
            minio.start();
            assertThat(minio.isAlive()).isTrue();
        }
    }

    @Test
    void aPausedEtcdAnswersNothingUntilItIsResumed() {
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6)) {
            etcd.pause();
            assertThatThrownBy(() -> etcd.etcdctl("get", "key", "--command-timeout=500ms"))
                    .isInstanceOf(SandboxException.class);
            etcd.resume();
            assertThat(etcd.etcdctl("put", "key", "value")).isEqualTo("OK\n");
        }
    }

    @Test
    void twoEtcdsStartAtOnce() {
        CompletableFuture<EtcdServer> first = CompletableFuture.supplyAsync(() -> EtcdServer.launch(EtcdVersion.V3_6));
        try (EtcdServer one = EtcdServer.launch(EtcdVersion.V3_7);
                EtcdServer other = first.join()) {
            one.etcdctl("put", "key", "value");
            assertThat(other.etcdctl("get", "key")).isEmpty();
        }
    }

    @Test
    void aServerThatDoesNotComeUpSaysWhatItsLogSays() {
        assertThatThrownBy(() -> EtcdServer.launch(EtcdVersion.V3_6, "--no-such-flag"))
                .isInstanceOf(SandboxException.class)
                .hasMessageContaining("etcd 3.6.16 ended with code")
                .hasMessageContaining("no-such-flag");
    }
}
