package dev.tidemark.etcd.rpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidemark.etcd.rpc.EtcdException.Unavailable;
import dev.tidemark.etcd.rpc.EtcdSettings.TlsFiles;
import dev.tidemark.sandbox.Certificates;
import dev.tidemark.sandbox.Certificates.KeyForm;
import dev.tidemark.sandbox.EtcdOptions;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdTls;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.PemFiles;
import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TlsIT {
    private static final byte[] KEY = "key".getBytes(UTF_8);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private Certificates certificates;

    @BeforeEach
    void anAuthority() {
        certificates = Certificates.in(directory.resolve("own"));
    }

    @ParameterizedTest
    @MethodSource("dev.tidemark.sandbox.EtcdVersion#available")
    void bothSidesProveThemselvesWithEitherFormOfAKey(EtcdVersion version) {
        try (EtcdServer etcd = launch(version, EtcdTls.mutual(certificates))) {
            for (KeyForm form : KeyForm.values()) {
                try (EtcdClient client = open(etcd, certificates.client("client-" + form, form))) {
                    long main = client.put(KEY, KEY);
                    assertThat(client.snapshotTo(directory.resolve(form + ".db"), Duration.ZERO)
                                    .bytes())
                            .isPositive();
                    try (EtcdWatch watch = client.watch(main)) {
                        assertThat(watch.next(PATIENCE)).isInstanceOf(WatchSignal.Created.class);
                        assertThat(watch.next(PATIENCE)).isInstanceOf(WatchSignal.Revisions.class);
                    }
                }
            }
        }
    }

    @Test
    void anAuthorityThatDidNotSignTheMembersCertificateIsNamed() {
        Certificates foreign = Certificates.in(directory.resolve("foreign"));
        try (EtcdServer etcd = launch(EtcdVersion.V3_6, EtcdTls.oneWay(certificates));
                EtcdClient client = open(etcd, foreign.authorityFile(), Optional.empty())) {
            Unavailable error = tls(client);
            assertThat(error.hint()).contains("not trusted").contains("etcd.tls.ca");
            assertThat(error.failure()).isEqualTo(Failure.UNAVAILABLE);
        }
    }

    @Test
    void anExpiredCertificateOfTheMemberIsNamed() {
        EtcdTls tls = new EtcdTls(certificates.authorityFile(), certificates.expiredServer("late"), Optional.empty());
        try (EtcdServer etcd = launch(EtcdVersion.V3_6, tls);
                EtcdClient client = open(etcd, certificates.authorityFile(), Optional.empty())) {
            assertThat(tls(client).hint()).contains("the member's certificate is expired");
        }
    }

    @Test
    void aMissingClientCertificateAndOneOfAForeignAuthorityAreNamed() {
        Certificates foreign = Certificates.in(directory.resolve("foreign"));
        try (EtcdServer etcd = launch(EtcdVersion.V3_6, EtcdTls.mutual(certificates));
                EtcdClient none = open(etcd, certificates.authorityFile(), Optional.empty());
                EtcdClient other = open(
                        etcd, certificates.authorityFile(), Optional.of(foreign.client("foreign", KeyForm.PKCS8)))) {
            for (EtcdClient client : new EtcdClient[] {none, other}) {
                assertThat(tls(client).hint())
                        .contains("etcd refuses the client's certificate")
                        .contains("etcd.tls.cert");
            }
        }
    }

    @Test
    void plainAndEncryptedPortsAreToldApart() {
        try (EtcdServer encrypted = launch(EtcdVersion.V3_6, EtcdTls.oneWay(certificates));
                EtcdServer plain = EtcdServer.launch(EtcdVersion.V3_6);
                EtcdClient toEncrypted =
                        EtcdClient.open(EtcdSettings.of(encrypted.endpoint().replace("https", "http")));
                EtcdClient toPlain = EtcdClient.open(EtcdSettings.of(
                                plain.endpoint().replace("http", "https"))
                        .withTls(new TlsFiles(
                                Optional.of(certificates.authorityFile()), Optional.empty(), Optional.empty())))) {
            assertThat(catchThrowableOfType(Unavailable.class, toPlain::status).hint())
                    .contains("use http://");
            assertThat(catchThrowableOfType(Unavailable.class, toEncrypted::status)
                            .hint())
                    .contains("https");
        }
    }

    @Test
    void filesThatCannotBeUsedAreNamedBeforeAnythingIsAsked() throws IOException {
        PemFiles good = certificates.client("good", KeyForm.PKCS8);
        PemFiles other = certificates.client("other", KeyForm.PKCS1);
        Path half = directory.resolve("half.pem");
        for (Path file : new Path[] {good.certificate(), good.key(), other.key()}) {
            String whole = Files.readString(file);
            for (int part = 0; part < 4; part++) {
                Files.writeString(half, whole.substring(0, whole.length() * part / 4));
                boolean isKey = !file.equals(good.certificate());
                PemFiles broken = isKey ? new PemFiles(good.certificate(), half) : new PemFiles(half, good.key());
                assertUnusable(broken, isKey ? "etcd.tls.key" : "etcd.tls.cert", "half.pem");
            }
        }
        assertUnusable(new PemFiles(good.certificate(), other.key()), "etcd.tls.key", "it is not the key of");
        assertUnusable(certificates.expiredClient("late", KeyForm.PKCS8), "etcd.tls.cert", "expired at");
        assertUnusable(new PemFiles(directory.resolve("none.pem"), good.key()), "none.pem", "NoSuchFile");
        assertThatThrownBy(() -> TlsMaterial.read(new TlsFiles(Optional.of(half), Optional.empty(), Optional.empty())))
                .isInstanceOf(EtcdException.Certificates.class)
                .hasMessageContaining("etcd.tls.ca");
    }

    @Test
    void aRotatedCertificateIsUsedByTheNextClientWhileTheOldConnectionGoesOn() throws IOException {
        try (EtcdServer etcd = launch(EtcdVersion.V3_6, EtcdTls.mutual(certificates))) {
            PemFiles files = certificates.client("client", KeyForm.PKCS1);
            try (EtcdClient old = open(etcd, files);
                    EtcdWatch watch = old.watch(1)) {
                assertThat(watch.next(PATIENCE)).isInstanceOf(WatchSignal.Created.class);
                String before = Files.readString(files.key());
                certificates.renew(files);
                assertThat(files.key()).content().isNotEqualTo(before);

                Files.writeString(files.key(), "", StandardOpenOption.TRUNCATE_EXISTING);
                assertThatThrownBy(() -> open(etcd, files)).isInstanceOf(EtcdException.Certificates.class);
                certificates.renew(files);
                try (EtcdClient next = open(etcd, files)) {
                    next.put(KEY, KEY);
                }
                assertThat(watch.next(PATIENCE)).isInstanceOf(WatchSignal.Revisions.class);
            }
        }
    }

    private static void assertUnusable(PemFiles files, String setting, String why) {
        TlsFiles tls = new TlsFiles(Optional.empty(), Optional.of(files.certificate()), Optional.of(files.key()));
        assertThatThrownBy(() -> TlsMaterial.read(tls)).isInstanceOfSatisfying(EtcdException.Certificates.class, e -> {
            assertThat(e).hasMessageContaining(setting).hasMessageContaining(why);
            assertThat(e.failure()).isEqualTo(Failure.USAGE);
        });
    }

    private static Unavailable tls(EtcdClient client) {
        Unavailable error = catchThrowableOfType(Unavailable.class, client::status);
        assertThat(error.reason()).as("%s", error).isEqualTo(Unavailable.Reason.TLS);
        return error;
    }

    private static EtcdServer launch(EtcdVersion version, EtcdTls tls) {
        return EtcdServer.launch(EtcdOptions.of(version).withTls(tls));
    }

    private EtcdClient open(EtcdServer etcd, PemFiles files) {
        return open(etcd, certificates.authorityFile(), Optional.of(files));
    }

    private static EtcdClient open(EtcdServer etcd, Path authority, Optional<PemFiles> files) {
        return EtcdClient.open(EtcdSettings.of(etcd.endpoint())
                .withTls(new TlsFiles(
                        Optional.of(authority), files.map(PemFiles::certificate), files.map(PemFiles::key))));
    }
}
