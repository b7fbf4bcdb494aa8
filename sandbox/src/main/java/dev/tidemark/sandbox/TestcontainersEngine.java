package dev.tidemark.sandbox;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.testcontainers.dockerclient.DockerClientProviderStrategy;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.ImageNameSubstitutor;

/**
 * The Docker engine that Testcontainers finds, with its rules for registry mirrors and credentials. Testcontainers'
 * usual client is not used: it starts a helper container (Ryuk, from another image) that removes what a dead process
 * left running. Here nothing ever runs: a container is created, read and removed, and one that a killed process
 * left in between is removed by the next copy.
 */
final class TestcontainersEngine implements ContainerEngine {
    /** Marks our containers with who may remove them. */
    static final String OWNER = "dev.tidemark.sandbox";

    private static final Duration ANSWER = Duration.ofSeconds(10);

    @Override
    public void copy(String image, List<String> files, Path target) throws IOException {
        try (DockerClient client = connect()) {
            DockerImageName name = ImageNameSubstitutor.instance().apply(DockerImageName.parse(image));
            pullIfAbsent(client, name);
            copy(client, name.asCanonicalNameString(), files, target);
        } catch (SandboxException e) {
            throw e;
        } catch (RuntimeException e) {
            throw failed("the Docker engine cannot give " + image + ": " + reason(e), e);
        }
    }

    /** A client of the engine; a {@link SandboxException} if none answers in time. */
    static DockerClient connect() {
        FutureTask<DockerClient> search = new FutureTask<>(TestcontainersEngine::search);
        Thread thread = new Thread(search, "docker-search");
        thread.setDaemon(true);
        thread.start();
        try {
            return search.get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw failed("no Docker engine answers", e);
        } catch (TimeoutException e) {
            throw failed("the Docker engine does not answer within " + ANSWER.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed("interrupted while looking for a Docker engine", e);
        }
    }

    private static DockerClient search() {
        List<DockerClientProviderStrategy> ways = new ArrayList<>();
        ServiceLoader.load(DockerClientProviderStrategy.class).forEach(ways::add);
        return DockerClientProviderStrategy.getFirstValidStrategy(ways).getDockerClient();
    }

    private static void pullIfAbsent(DockerClient client, DockerImageName image) {
        try {
            client.inspectImageCmd(image.asCanonicalNameString()).exec();
        } catch (NotFoundException absent) {
            Notice.say("pulling " + image.asCanonicalNameString() + "...");
            client.pullImageCmd(image.getUnversionedPart())
                    .withTag(image.getVersionPart())
                    .exec(new ImagePull())
                    .await();
        }
    }

    private static void copy(DockerClient client, String image, List<String> files, Path target) throws IOException {
        Map<String, String> owner = Map.of(OWNER, target.getParent() + " " + image);
        for (Container left : client.listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(owner)
                .exec()) {
            remove(client, left.getId());
        }

        // The command is never run; an image may come without one, and the engine insists.
        String container = client.createContainerCmd(image)
                .withCmd("none")
                .withLabels(owner)
                .exec()
                .getId();
        try {
            for (String file : files) {
                copyFile(client, container, file, target);
            }
        } finally {
            remove(client, container);
        }
    }

    private static void copyFile(DockerClient client, String container, String file, Path target) throws IOException {
        try (TarArchiveInputStream tar = new TarArchiveInputStream(
                client.copyArchiveFromContainerCmd(container, file).exec())) {
            TarArchiveEntry entry = tar.getNextEntry();
            if (entry == null || !entry.isFile() || entry.isSymbolicLink() || entry.isLink()) {
                throw failed(file + " is no plain file in the image", null);
            }
            Path copied = target.resolve(Path.of(file).getFileName());
            Files.copy(tar, copied);
            Files.setPosixFilePermissions(copied, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    private static void remove(DockerClient client, String container) {
        client.removeContainerCmd(container)
                .withForce(true)
                .withRemoveVolumes(true)
                .exec();
    }

    /** The engine's own words in one line. */
    static String reason(Throwable e) {
        return String.valueOf(e.getMessage()).strip().replaceAll("\\s*\\R\\s*", "; ");
    }

    static SandboxException failed(String what, Exception cause) {
        return new SandboxException(
                Failure.UNAVAILABLE, what, "start a Docker engine (Debian: apt-get install docker.io)", cause);
    }
}
