package dev.tidemark.sandbox;

import static dev.tidemark.sandbox.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.sandbox.Certificates.KeyForm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EtcdSecurityIT {
    @TempDir
    private Path directory;

    private Certificates certificates;

    @BeforeEach
    void anAuthority() {
        certificates = Certificates.in(directory.resolve("own"));
    }

    @ParameterizedTest
    @EnumSource(EtcdVersion.class)
    void servesByTlsToWhoTrustsItsAuthority(EtcdVersion version) {
        try (EtcdServer etcd = launch(version, EtcdTls.oneWay(certificates))) {
            assertThat(etcd.endpoint()).startsWith("https://");
            assertThat(etcd.etcdctl("put", "key", "value")).isEqualTo("OK\n");
            Certificates foreign = Certificates.in(directory.resolve("foreign"));
            assertThatThrownBy(() -> get(etcd, "--cacert=" + foreign.authorityFile()))
                    .hasMessageContaining("certificate signed by unknown authority");
        }
    }

    @Test
    void demandsACertificateOfItsAuthorityThatHasNotExpired() {
        try (EtcdServer etcd = launch(EtcdVersion.V3_6, EtcdTls.mutual(certificates))) {
            assertThat(etcd.etcdctl("put", "key", "value")).isEqualTo("OK\n");
            assertThatThrownBy(() -> get(etcd, "--cacert=" + certificates.authorityFile()))
                    .isInstanceOf(SandboxException.class);
            for (KeyForm form : KeyForm.values()) {
                assertThat(get(etcd, certificates.client("watcher", form))).contains("value");
                assertRefused(etcd, certificates.expiredClient("late", form));
                assertRefused(
                        etcd, Certificates.in(directory.resolve("foreign")).client("foreign", form));
            }
        }
    }

    @Test
    void showsAnExpiredCertificateIfToldTo() {
        EtcdTls tls = new EtcdTls(certificates.authorityFile(), certificates.expiredServer("late"), Optional.empty());
        try (EtcdServer etcd = launch(EtcdVersion.V3_6, tls)) {
            assertThatThrownBy(() -> etcd.etcdctl("get", "key", "--command-timeout=1s"))
                    .hasMessageContaining("certificate has expired");
        }
    }

    @Test
    void aRenewedCertificateIsTakenUpWithoutARestart() throws IOException {
        EtcdTls tls = EtcdTls.oneWay(certificates);
        certificates.renewExpired(tls.server());
        try (EtcdServer etcd = launch(EtcdVersion.V3_6, tls)) {
            assertThatThrownBy(() -> etcd.etcdctl("get", "key", "--command-timeout=1s"))
                    .hasMessageContaining("certificate has expired");
            String before = Files.readString(tls.server().key());
            certificates.renew(tls.server());
            assertThat(tls.server().key()).content().isNotEqualTo(before);
            assertThat(etcd.etcdctl("put", "key", "value")).isEqualTo("OK\n");
        }
    }

    @Test
    void writesKeysInBothForms() {
        assertThat(certificates.client("one", KeyForm.PKCS1).key()).content().startsWith("-----BEGIN RSA PRIVATE KEY");
        assertThat(certificates.client("two", KeyForm.PKCS8).key()).content().startsWith("-----BEGIN PRIVATE KEY");
    }

    @Test
    void aReaderReadsAndDoesNothingElse() {
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6)) {
            etcd.enableAuth();
            EtcdUser reader = etcd.addReader("watcher", "secret");
            assertThat(etcd.etcdctl("put", "key", "value")).isEqualTo("OK\n");
            assertThat(etcd.etcdctlAs(reader, "get", "", "--prefix", "--print-value-only"))
                    .isEqualTo("value\n");
            assertThatThrownBy(() -> etcd.etcdctlAs(reader, "put", "key", "other"))
                    .hasMessageContaining("permission denied");
            Path file = directory.resolve("snapshot.db");
            assertThatThrownBy(() -> etcd.etcdctlAs(reader, "snapshot", "save", file.toString()))
                    .hasMessageContaining("permission denied");
            assertThat(etcd.etcdctl("snapshot", "save", file.toString())).contains("Snapshot saved");
            assertThatThrownBy(() -> etcd.etcdctlAs(new EtcdUser("watcher", "wrong"), "get", "key"))
                    .hasMessageContaining("authentication failed");
        }
    }

    @Test
    void tokensMaySoonDieAndBeSigned() {
        PemFiles signer = certificates.client("signer", KeyForm.PKCS1);
        EtcdOptions options = EtcdOptions.of(EtcdVersion.V3_6);
        for (EtcdOptions one : new EtcdOptions[] {
            options.withTokenLife(Duration.ofSeconds(1)), options.withJwt(signer, Duration.ofSeconds(2))
        }) {
            try (EtcdServer etcd = EtcdServer.launch(one)) {
                etcd.enableAuth();
                assertThat(etcd.etcdctl("put", "key", "value")).isEqualTo("OK\n");
            }
        }
    }

    @Test
    void aClusterServesByTlsToo() {
        EtcdOptions options = EtcdOptions.of(EtcdVersion.V3_6).withTls(EtcdTls.mutual(certificates));
        try (EtcdCluster cluster = EtcdCluster.launch(options, 3)) {
            cluster.member(0).enableAuth();
            cluster.etcdctl("put", "key", "value");
            eventually(Duration.ofSeconds(10), () -> assertThat(
                            cluster.member(2).etcdctl("get", "key", "--print-value-only"))
                    .isEqualTo("value\n"));
            assertThat(cluster.leader()).isBetween(0, 2);
        }
    }

    private static EtcdServer launch(EtcdVersion version, EtcdTls tls) {
        return EtcdServer.launch(EtcdOptions.of(version).withTls(tls));
    }

    private void assertRefused(EtcdServer etcd, PemFiles client) {
        assertThatThrownBy(() -> get(etcd, client)).isInstanceOf(SandboxException.class);
    }

    private String get(EtcdServer etcd, PemFiles client) {
        return get(
                etcd,
                "--cacert=" + certificates.authorityFile(),
                "--cert=" + client.certificate(),
                "--key=" + client.key());
    }

    private static String get(EtcdServer etcd, String... flags) {
        String[] words = new String[flags.length + 4];
        System.arraycopy(flags, 0, words, 0, flags.length);
        System.arraycopy(
                new String[] {"--endpoints=" + etcd.endpoint(), "--command-timeout=2s", "get", "key"},
                0,
                words,
                flags.length,
                4);
        return etcd.tools().etcdctl(words);
    }
}
