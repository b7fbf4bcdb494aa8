package dev.tidemark.etcd.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EtcdSettingsTest {
    @Test
    void anEndpointIsAUrlOfOneMember() {
        assertThat(EtcdSettings.of("https://etcd-1:2400").port()).isEqualTo(2400);
        assertThat(EtcdSettings.of("http://etcd-1").port()).isEqualTo(2379);
        assertThat(EtcdSettings.of("http://[::1]:2379").host()).isEqualTo("::1");
        assertThatThrownBy(() -> EtcdSettings.of("etcd-1:2379"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("etcd-1:2379");
        assertThatThrownBy(() -> EtcdSettings.of("http://a:1,http://b:2")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anEndpointThatHoldsAPasswordIsRefusedWithoutIt() {
        assertThatThrownBy(() -> EtcdSettings.of("http://root:hunter2@127.0.0.1:2379"))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .doesNotContain("hunter2");
    }

    @Test
    void aCertificateNeedsItsKey() {
        assertThatThrownBy(() -> new EtcdSettings.TlsFiles(
                        Optional.empty(), Optional.of(Path.of("client.crt")), Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
