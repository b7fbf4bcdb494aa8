package dev.tidemark.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.BuildImageResultCallback;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a real Docker engine, with images that are built here from nothing but the executables; skipped without one. */
class ContainerImageIT {
    private static final PinnedServer ETCD = PinnedServer.etcd(EtcdVersion.V3_6);
    private static DockerClient docker;

    @TempDir
    private Path directory;

    private final List<String> built = new ArrayList<>();

    @BeforeAll
    static void anEngineAnswers() {
        try {
            docker = TestcontainersEngine.connect();
        } catch (SandboxException e) {
            System.out.println("ContainerImageIT is skipped: " + e.getMessage());
            assumeTrue(false, e.getMessage());
        }
    }

    @AfterEach
    void leavesNothingBehind() {
        built.forEach(image -> docker.removeImageCmd(image).withForce(true).exec());
        assertThat(containers()).isEmpty();
    }

    @AfterAll
    static void leavesTheEngine() throws IOException {
        if (docker != null) {
            docker.close();
        }
    }

    @Test
    void aServerFromItsPublicImageServesAsAChildProcess() throws IOException {
        holdEtcd(
                ETCD.release().orElseThrow().image(),
                EtcdTools.of(EtcdVersion.V3_6).located().directory());

        Located located = locator().locate(ETCD);
        assertThat(located.way()).isEqualTo(Located.Way.IMAGE);
        assertThat(located.directory()).isEqualTo(directory.resolve("cache/servers/etcd-3.6.16"));
        try (EtcdServer etcd = EtcdServer.launch(new EtcdTools(located), EtcdVersion.V3_6)) {
            etcd.etcdctl("put", "key", "value");
            etcd.kill();
            etcd.start();
            assertThat(etcd.etcdctl("get", "key", "--print-value-only")).isEqualTo("value\n");
        }
        assertThat(locator().locate(ETCD).way()).isEqualTo(Located.Way.CACHE);
    }

    @Test
    void anImageOfAnotherVersionIsRefused() throws IOException {
        String image = "tidemark-sandbox-test/etcd:other";
        build(image, Map.of("etcd", script("echo etcd Version: 3.4.23"), "etcdctl", script(""), "etcdutl", script("")));
        assertThatThrownBy(() -> take(image))
                .isInstanceOf(SandboxException.class)
                .hasMessageContaining(image + " is refused")
                .hasMessageContaining("3.4.23");
        assertThat(directory.resolve("cache/etcd-3.6.16")).doesNotExist();
    }

    @Test
    void anImageWithoutAnExecutableIsRefused() throws IOException {
        String image = "tidemark-sandbox-test/etcd:incomplete";
        build(image, Map.of("etcd", script("echo etcd Version: 3.6.16")));
        assertThatThrownBy(() -> take(image))
                .isInstanceOf(SandboxException.class)
                .hasMessageContaining("/usr/local/bin/etcdctl");
    }

    @Test
    void aContainerThatAKilledProcessLeftIsRemoved() throws IOException {
        String image = "tidemark-sandbox-test/etcd:left";
        build(image, Map.of("etcd", script("")));
        Path target = Files.createDirectory(directory.resolve("target"));
        docker.createContainerCmd(image)
                .withCmd("none")
                .withLabels(Map.of(TestcontainersEngine.OWNER, directory + " " + image))
                .exec();
        assertThat(containers()).hasSize(1);
        new TestcontainersEngine().copy(image, List.of("/usr/local/bin/etcd"), target);
        assertThat(target.resolve("etcd")).isExecutable();
        assertThat(containers()).isEmpty();
    }

    @Test
    void anImageThatCannotBePulledIsGivenUpWithinSeconds() {
        long start = System.nanoTime();
        assertThatThrownBy(() -> take("127.0.0.1:9/nobody/etcd:v0"))
                .isInstanceOf(SandboxException.class)
                .hasMessageContaining("it cannot be pulled")
                .hasMessageContaining("connection refused");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
    }

    private ServerLocator locator() {
        Map<String, String> environment =
                Map.of("TIDEMARK_CACHE", directory.resolve("cache").toString(), "PATH", "");
        return new ServerLocator(new Properties(), environment, new TestcontainersEngine());
    }

    private Path take(String image) throws IOException {
        Path cache = Files.createDirectory(directory.resolve("cache"));
        PinnedServer.Release release = ETCD.release().orElseThrow();
        PinnedServer server = new PinnedServer(
                ETCD.name(),
                ETCD.version(),
                ETCD.executables(),
                Optional.of(new PinnedServer.Release(
                        release.version(), release.versionLine(), image, release.directory())));
        return new ContainerImage(new TestcontainersEngine(), new ServerCache(cache)).take(server);
    }

    /** This test's own: others may use the engine at the same time. */
    private List<String> containers() {
        return docker
                .listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(List.of(TestcontainersEngine.OWNER))
                .exec()
                .stream()
                .filter(container ->
                        container.getLabels().get(TestcontainersEngine.OWNER).startsWith(directory.toString()))
                .map(Container::getId)
                .toList();
    }

    /** A developer's engine may hold the public image itself: then that is taken, and left alone. */
    private void holdEtcd(String image, Path executables) throws IOException {
        try {
            docker.inspectImageCmd(image).exec();
        } catch (NotFoundException absent) {
            build(
                    image,
                    Map.of(
                            "etcd", Files.readAllBytes(executables.resolve("etcd")),
                            "etcdctl", Files.readAllBytes(executables.resolve("etcdctl")),
                            "etcdutl", Files.readAllBytes(executables.resolve("etcdutl"))));
        }
    }

    private void build(String image, Map<String, byte[]> executables) throws IOException {
        ByteArrayOutputStream context = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(context)) {
            add(tar, "Dockerfile", "FROM scratch\nCOPY bin/ /usr/local/bin/\n".getBytes(StandardCharsets.UTF_8));
            for (Map.Entry<String, byte[]> executable : executables.entrySet()) {
                add(tar, "bin/" + executable.getKey(), executable.getValue());
            }
        }
        docker.buildImageCmd(new ByteArrayInputStream(context.toByteArray()))
                .withTags(Set.of(image))
                .exec(new BuildImageResultCallback())
                .awaitImageId();
        built.add(image);
    }

    private static void add(TarArchiveOutputStream tar, String name, byte[] bytes) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(bytes.length);
        entry.setMode(0755);
        tar.putArchiveEntry(entry);
        tar.write(bytes);
        tar.closeArchiveEntry();
    }

    private static byte[] script(String text) {
        return ("#!/bin/sh\n" + text + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
