package dev.tidemark.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerLocatorTest {
    private static final PinnedServer OLD = PinnedServer.etcd(EtcdVersion.V3_4);
    private static final PinnedServer ETCD = PinnedServer.etcd(EtcdVersion.V3_6);

    @TempDir
    private Path directory;

    private final Map<String, String> environment = new HashMap<>();
    private final Properties properties = new Properties();
    private final FakeEngine engine = new FakeEngine();

    @BeforeEach
    void cacheIsEmptyAndPathToo() {
        environment.put("TIDEMARK_CACHE", directory.resolve("cache").toString());
        environment.put("PATH", directory.resolve("bin").toString());
    }

    @Test
    void takesWhatASettingNamesBeforeAnythingElse() throws IOException {
        Path cached = directory.resolve("cache/servers/etcd-3.6.16");
        installEtcd(cached, "3.6.16");
        Path named = directory.resolve("named");
        installEtcd(named, "3.6.16");
        environment.put("TIDEMARK_SERVER_ETCD_3_6_16", named.toString());
        assertThat(locate()).isEqualTo(new Located(named, Located.Way.SETTING));

        environment.put("TIDEMARK_SERVER_ETCD_3_6_16", named.resolve("etcd").toString());
        assertThat(locate().directory()).isEqualTo(named);

        properties.setProperty("tidemark.server.etcd-3.6.16", cached.toString());
        assertThat(locate()).isEqualTo(new Located(cached, Located.Way.SETTING));
    }

    @Test
    void refusesASettingThatLeadsNowhere() {
        environment.put(
                "TIDEMARK_SERVER_ETCD_3_6_16", directory.resolve("nothing").toString());
        assertThatThrownBy(this::locate)
                .isInstanceOf(SandboxException.class)
                .hasMessageContaining("TIDEMARK_SERVER_ETCD_3_6_16")
                .hasMessageContaining("[etcd, etcdctl, etcdutl]");
    }

    @Test
    void takesTheCacheBeforeThePath() throws IOException {
        Path cached = directory.resolve("cache/servers/etcd-3.6.16");
        installEtcd(cached, "3.6.16");
        installEtcd(directory.resolve("bin"), "3.6.16");
        assertThat(locate()).isEqualTo(new Located(cached, Located.Way.CACHE));
    }

    @Test
    void takesThePathOnlyAtThePinnedVersion() throws IOException {
        installEtcd(directory.resolve("bin"), "3.6.16");
        assertThat(locate()).isEqualTo(new Located(directory.resolve("bin"), Located.Way.PATH));

        installEtcd(directory.resolve("bin"), "3.4.23");
        assertThatThrownBy(this::locate).hasMessageContaining("etcd 3.6.16 is not installed");
    }

    @Test
    void asksNoEngineForWhatIsThere() throws IOException {
        etcdImage("3.6.16");
        installEtcd(directory.resolve("bin"), "3.6.16");
        assertThat(locate().way()).isEqualTo(Located.Way.PATH);
        installEtcd(directory.resolve("cache/servers/etcd-3.6.16"), "3.6.16");
        assertThat(locate().way()).isEqualTo(Located.Way.CACHE);
        assertThat(engine.asked()).isZero();
    }

    @Test
    void takesTheContainerImageBeforeABuildAndKeepsItInTheCache() throws IOException {
        etcdImage("3.6.16");
        installGo();
        Path cached = directory.resolve("cache/servers/etcd-3.6.16");
        assertThat(locate()).isEqualTo(new Located(cached, Located.Way.IMAGE));
        assertThat(locate()).isEqualTo(new Located(cached, Located.Way.CACHE));
        assertThat(engine.asked()).isEqualTo(1);
    }

    @Test
    void buildsWithoutAnEngineAndSaysSoInOneLine() throws IOException {
        installGo();
        assertThat(noticesOf(() -> assertThat(locate().way()).isEqualTo(Located.Way.BUILD)))
                .containsExactly(
                        "no container image for etcd 3.6.16: no Docker engine answers",
                        "building etcd 3.6.16 from its Go modules, about 1 minute...");
    }

    @Test
    void refusesAnImageOfAnotherVersionAndBuilds() throws IOException {
        etcdImage("3.6.1");
        installGo();
        assertThat(noticesOf(() -> assertThat(locate().way()).isEqualTo(Located.Way.BUILD)))
                .contains("no container image for etcd 3.6.16: gcr.io/etcd-development/etcd:v3.6.16 is refused: "
                        + "its etcd says 'etcd Version: 3.6.1', not 'etcd Version: 3.6.16'");
    }

    @Test
    void refusesAnImageWhoseServerDoesNotRunHere() {
        etcdImage("3.6.16");
        engine.with(
                ETCD.release().orElseThrow().image(),
                "/usr/local/bin/etcd",
                "echo built for another machine >&2; exit 126");
        assertThat(noticesOf(() -> assertThatThrownBy(this::locate).hasMessageContaining("needs Go 1.")))
                .singleElement()
                .asString()
                .contains("is refused: its etcd does not run here", "built for another machine");
    }

    @Test
    void anImageThatLacksAnExecutableLeavesNothingInTheCache() throws IOException {
        engine.with(ETCD.release().orElseThrow().image(), "/usr/local/bin/etcd", "echo etcd Version: 3.6.16");
        assertThatThrownBy(this::locate).isInstanceOf(SandboxException.class);
        try (var left = Files.list(directory.resolve("cache/servers"))) {
            assertThat(left).allMatch(path -> path.toString().endsWith(".lock"));
        }
    }

    @Test
    void keepsAPublishedReleaseApartFromABuildOfAnotherCommit() {
        PinnedServer minio = PinnedServer.minio();
        String says = "echo 'minio version RELEASE.2025-09-07T16-13-09Z (commit-id=07c3a429)'; echo Runtime: go1.24.6";
        engine.with(minio.release().orElseThrow().image(), "/usr/bin/minio", says);
        Path cached = directory.resolve("cache/servers/minio-RELEASE.2025-09-07T16-13-09Z");
        assertThat(locate(minio)).isEqualTo(new Located(cached, Located.Way.IMAGE));
        assertThat(locate(minio)).isEqualTo(new Located(cached, Located.Way.CACHE));
    }

    @Test
    void theComposeFileRunsTheSameImagesAndTheImageHoldsTheSameEtcd() throws IOException {
        assertThat(Files.readString(Path.of("..", "docker-compose.yml")))
                .contains("image: " + ETCD.release().orElseThrow().image() + "\n")
                .contains(
                        "image: " + PinnedServer.minio().release().orElseThrow().image() + "\n");
        String directory = ETCD.release().orElseThrow().directory();
        assertThat(Files.readString(Path.of("..", "deploy", "Dockerfile")))
                .contains("FROM " + ETCD.release().orElseThrow().image() + " AS etcd\n")
                .contains("COPY --from=etcd " + directory + "/etcd " + directory + "/etcdutl /usr/local/bin/\n");
    }

    @Test
    void saysWhatToInstallWithoutGo() {
        assertThatThrownBy(this::locate)
                .isInstanceOfSatisfying(SandboxException.class, e -> assertThat(e.hint())
                        .contains("apt-get install golang-go")
                        .contains("apt-get install docker.io")
                        .contains("TIDEMARK_SERVER_ETCD_3_6_16"))
                .hasMessageContaining("needs Go 1.")
                .hasMessageContaining("no go on the PATH");
    }

    @Test
    void saysWhatToInstallWithAGoThatIsTooOld() throws IOException {
        script(directory.resolve("bin/go"), "echo go version go1.19.8 linux/amd64");
        assertThatThrownBy(this::locate)
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.hint()).contains("golang-go"))
                .hasMessageContaining("go version go1.19.8");
    }

    @Test
    void buildsOnceAndKeepsTheResultInTheCache() throws IOException {
        installGo();
        Path cached = directory.resolve("cache/servers/etcd-3.6.16");
        assertThat(locate()).isEqualTo(new Located(cached, Located.Way.BUILD));
        assertThat(cached.resolve("etcd")).isExecutable();
        assertThat(cached.resolve("server")).doesNotExist();
        assertThat(locate()).isEqualTo(new Located(cached, Located.Way.CACHE));
    }

    @Test
    void aFailedBuildLeavesNothingAndSaysWhatGoSaid() throws IOException {
        script(
                directory.resolve("bin/go"),
                """
                [ "$1" = version ] && { echo go version go1.99.0 linux/amd64; exit; }
                echo no route to the module proxy >&2; exit 1
                """);
        assertThatThrownBy(this::locate).hasMessageContaining("no route to the module proxy");
        try (var left = Files.list(directory.resolve("cache/servers"))) {
            assertThat(left).allMatch(path -> path.toString().endsWith(".lock"));
        }
    }

    @Test
    void takesAServerThatNobodyBuildsOutOfDebiansPackagesOnce() throws IOException {
        debian("3.4.23");
        Path cached = directory.resolve("cache/servers/etcd-3.4.23");
        assertThat(locate(OLD)).isEqualTo(new Located(cached, Located.Way.BUILD));
        assertThat(cached.resolve("etcdctl")).isExecutable();
        assertThat(locate(OLD)).isEqualTo(new Located(cached, Located.Way.CACHE));
    }

    @Test
    void refusesAnotherVersionOutOfDebiansPackages() throws IOException {
        debian("3.5.16");
        assertThatThrownBy(() -> locate(OLD)).hasMessageContaining("another version: etcd Version: 3.5.16");
    }

    @Test
    void saysWhatToInstallWithoutApt() {
        assertThatThrownBy(() -> locate(OLD))
                .isInstanceOfSatisfying(SandboxException.class, e -> assertThat(e.hint())
                        .contains("apt-get install etcd-server etcd-client")
                        .contains("TIDEMARK_SERVER_ETCD_3_4_23"))
                .hasMessageContaining("no apt-get on the PATH");
    }

    /** An apt-get that has no lists at first, and a dpkg-deb that unpacks what it should. */
    private void debian(String version) throws IOException {
        Path lists = directory.resolve("lists");
        script(
                directory.resolve("bin/apt-get"),
                """
                [ "$2" = update ] && exec /bin/touch %1$s
                [ -f %1$s ] || exit 100
                [ "$3 $4" = "etcd-server etcd-client" ] && exec /bin/touch one.deb
                """
                        .formatted(lists));
        script(
                directory.resolve("bin/dpkg-deb"),
                """
                /bin/mkdir -p "$3/usr/bin"
                for tool in etcd etcdctl; do
                  { echo '#!/bin/sh'; echo 'echo etcd Version: %s'; } > "$3/usr/bin/$tool"; /bin/chmod +x "$3/usr/bin/$tool"
                done
                """
                        .formatted(version));
    }

    private Located locate() {
        return locate(ETCD);
    }

    private Located locate(PinnedServer server) {
        return new ServerLocator(properties, environment, engine).locate(server);
    }

    /** What is written to stderr meanwhile. */
    private static List<String> noticesOf(Runnable work) {
        PrintStream stderr = System.err;
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
        try {
            work.run();
        } finally {
            System.setErr(stderr);
        }
        return written.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private void etcdImage(String version) {
        String image = ETCD.release().orElseThrow().image();
        engine.with(image, "/usr/local/bin/etcd", "echo etcd Version: " + version)
                .with(image, "/usr/local/bin/etcdctl", "exit 0")
                .with(image, "/usr/local/bin/etcdutl", "exit 0");
    }

    private void installGo() throws IOException {
        script(
                directory.resolve("bin/go"),
                """
                [ "$1" = version ] && { echo go version go1.99.0 linux/amd64; exit; }
                [ -f go.mod ] && [ -f go.sum ] || exit 1
                while [ "$1" != -o ]; do shift; done
                for tool in server etcdctl etcdutl; do echo '#!/bin/sh' > "$2$tool"; /bin/chmod +x "$2$tool"; done
                """);
    }

    private static void installEtcd(Path where, String version) throws IOException {
        script(where.resolve("etcd"), "echo etcd Version: " + version);
        script(where.resolve("etcdctl"), "exit 0");
        script(where.resolve("etcdutl"), "exit 0");
    }

    private static void script(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + text + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
