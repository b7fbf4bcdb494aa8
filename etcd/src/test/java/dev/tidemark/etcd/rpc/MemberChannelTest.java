package dev.tidemark.etcd.rpc;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidemark.etcd.rpc.EtcdException.Certificates;
import dev.tidemark.etcd.rpc.EtcdException.Unavailable;
import dev.tidemark.etcd.rpc.EtcdSettings.TlsFiles;
import dev.tidemark.etcd.rpc.proto.MaintenanceGrpc;
import dev.tidemark.etcd.rpc.proto.StatusRequest;
import dev.tidemark.etcd.rpc.proto.StatusResponse;
import dev.tidemark.schemas.Failure;
import io.grpc.Grpc;
import io.grpc.Server;
import io.grpc.TlsServerCredentials;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The channel against a server that proves itself and asks its clients to. */
class MemberChannelTest {
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    private static Path directory;

    private static KeyStore.PrivateKeyEntry rsa;
    private static KeyStore.PrivateKeyEntry ec;
    private static Server server;

    @BeforeAll
    static void startServer() throws Exception {
        rsa = generate("rsa", "RSA", "2048");
        ec = generate("ec", "EC", "256");
        Path trusted = write(
                "trusted.pem",
                pem("CERTIFICATE", rsa.getCertificate().getEncoded())
                        + pem("CERTIFICATE", ec.getCertificate().getEncoded()));
        server = Grpc.newServerBuilderForPort(
                        0,
                        TlsServerCredentials.newBuilder()
                                .keyManager(
                                        certificate("server.pem", rsa.getCertificate())
                                                .toFile(),
                                        pkcs8("server-key.pem", rsa).toFile())
                                .trustManager(trusted.toFile())
                                .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
                                .build())
                .addService(new Maintenance())
                .build()
                .start();
    }

    @AfterAll
    static void stopServer() {
        server.shutdownNow();
    }

    @Test
    void aKeyOfAnyFormProvesTheClient() throws GeneralSecurityException, IOException {
        assertThat(version(rsa, pkcs8("rsa-pkcs8.pem", rsa))).isEqualTo("proven");
        assertThat(version(rsa, write("rsa-pkcs1.pem", pem("RSA PRIVATE KEY", pkcs1()))))
                .isEqualTo("proven");
        assertThat(version(ec, pkcs8("ec-pkcs8.pem", ec))).isEqualTo("proven");
        String parameters = pem("EC PARAMETERS", HexFormat.of().parseHex("06082a8648ce3d030107"));
        assertThat(version(ec, write("ec-sec1.pem", parameters + pem("EC PRIVATE KEY", sec1()))))
                .isEqualTo("proven");
    }

    @Test
    void withoutACertificateTheServerRefuses() throws GeneralSecurityException, IOException {
        Optional<Path> ca = Optional.of(certificate("ca.pem", rsa.getCertificate()));
        try (EtcdClient client = EtcdClient.open(settings(new TlsFiles(ca, Optional.empty(), Optional.empty())))) {
            assertThat(catchThrowableOfType(Unavailable.class, client::status)).isNotNull();
        }
    }

    @Test
    void aServerThatNobodyTrustsIsRefused() throws GeneralSecurityException, IOException {
        Optional<Path> other = Optional.of(certificate("other.pem", ec.getCertificate()));
        try (EtcdClient client = EtcdClient.open(settings(new TlsFiles(other, Optional.empty(), Optional.empty())))) {
            assertThat(catchThrowableOfType(Unavailable.class, client::status)).hasMessageContaining("certificat");
        }
    }

    @Test
    void filesThatAreNotWhatTheyShouldBeAreNamedWithAHint() throws GeneralSecurityException, IOException {
        Path certificate = certificate("client.pem", ec.getCertificate());
        for (String key : new String[] {
            "nonsense",
            pem("ENCRYPTED PRIVATE KEY", new byte[100]),
            pem("EC PRIVATE KEY", new byte[] {0x30, 0x7f, 1}),
            pem("EC PRIVATE KEY", new byte[0]),
            pem("EC PRIVATE KEY", HexFormat.of().parseHex("3003020101")),
            pem("RSA PRIVATE KEY", new byte[5])
        }) {
            Path file = write("bad-key.pem", key);
            refused(new TlsFiles(Optional.empty(), Optional.of(certificate), Optional.of(file)));
        }
        refused(new TlsFiles(Optional.of(write("bad-ca.pem", "nonsense")), Optional.empty(), Optional.empty()));
        refused(new TlsFiles(Optional.of(directory.resolve("none.pem")), Optional.empty(), Optional.empty()));
    }

    private static void refused(TlsFiles tls) {
        Certificates error = catchThrowableOfType(Certificates.class, () -> EtcdClient.open(settings(tls)));
        assertThat(error).hasMessageContaining(directory.toString());
        assertThat(error.hint()).contains("etcd.tls.key");
        assertThat(error.failure()).isEqualTo(Failure.USAGE);
    }

    private static String version(KeyStore.PrivateKeyEntry client, Path key)
            throws GeneralSecurityException, IOException {
        TlsFiles tls = new TlsFiles(
                Optional.of(certificate("ca.pem", rsa.getCertificate())),
                Optional.of(certificate("client.pem", client.getCertificate())),
                Optional.of(key));
        try (EtcdClient member = EtcdClient.open(settings(tls))) {
            return member.status().version();
        }
    }

    private static EtcdSettings settings(TlsFiles tls) {
        return EtcdSettings.of("https://127.0.0.1:" + server.getPort())
                .withTimeouts(Duration.ofSeconds(10), Duration.ofSeconds(10))
                .withTls(tls);
    }

    /** In front of the PKCS#1 structure: header 4, version 3, algorithm 15, octet string's header 4. */
    private static byte[] pkcs1() {
        byte[] pkcs8 = rsa.getPrivateKey().getEncoded();
        return Arrays.copyOfRange(pkcs8, 26, pkcs8.length);
    }

    /** The form of kubeadm and cfssl: version 1, the secret, the curve P-256. */
    private static byte[] sec1() {
        String pkcs8 = HexFormat.of().formatHex(ec.getPrivateKey().getEncoded());
        int secret = pkcs8.indexOf("0201010420") + 10;
        return HexFormat.of()
                .parseHex(
                        "3031" + "020101" + "0420" + pkcs8.substring(secret, secret + 64) + "a00a06082a8648ce3d030107");
    }

    private static Path pkcs8(String name, KeyStore.PrivateKeyEntry entry) throws IOException {
        return write(name, pem("PRIVATE KEY", entry.getPrivateKey().getEncoded()));
    }

    private static Path certificate(String name, Certificate certificate) throws GeneralSecurityException, IOException {
        return write(name, pem("CERTIFICATE", certificate.getEncoded()));
    }

    private static Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private static String pem(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(der)
                + "\n-----END " + label + "-----\n";
    }

    private static KeyStore.PrivateKeyEntry generate(String name, String algorithm, String bits) throws Exception {
        Path file = directory.resolve(name + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        name,
                        "-keyalg",
                        algorithm,
                        "-keysize",
                        bits,
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-ext",
                        "bc=ca:true",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        new String(PASSWORD),
                        "-keystore",
                        file.toString())
                .inheritIO()
                .start();
        assertThat(keytool.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(keytool.exitValue()).isZero();
        KeyStore store = KeyStore.getInstance(file.toFile(), PASSWORD);
        return (KeyStore.PrivateKeyEntry) store.getEntry(name, new KeyStore.PasswordProtection(PASSWORD));
    }

    private static final class Maintenance extends MaintenanceGrpc.MaintenanceImplBase {
        @Override
        public void status(StatusRequest request, StreamObserver<StatusResponse> out) {
            out.onNext(StatusResponse.newBuilder().setVersion("proven").build());
            out.onCompleted();
        }
    }
}
