package dev.tidemark.sandbox;

import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Takes a server's executables out of its public container image into the cache: the server stays a child process, and
 * there is one way to run it. An image that holds anything but the pinned release is refused.
 */
final class ContainerImage {
    private final ContainerEngine engine;
    private final ServerCache cache;

    ContainerImage(ContainerEngine engine, ServerCache cache) {
        this.engine = engine;
        this.cache = cache;
    }

    /** The server's directory in the cache; a {@link SandboxException} says why there is none. */
    Path take(PinnedServer server) {
        return cache.fill(server, server.releaseId(), made -> copyInto(made, server));
    }

    private void copyInto(Path made, PinnedServer server) throws IOException {
        PinnedServer.Release release = release(server);
        List<String> files = server.executables().stream()
                .map(name -> release.directory() + "/" + name)
                .toList();
        engine.copy(release.image(), files, made);
        requireRelease(made, server);
    }

    private static void requireRelease(Path made, PinnedServer server) {
        String said;
        try {
            said = server.versionIn(made);
        } catch (SandboxException e) {
            throw refused(server, "its " + server.name() + " does not run here: " + e.getMessage(), e);
        }
        if (!server.isRelease(said)) {
            String expected = release(server).versionLine();
            throw refused(server, "its %s says '%s', not '%s'".formatted(server.name(), said, expected), null);
        }
    }

    private static SandboxException refused(PinnedServer server, String why, SandboxException cause) {
        return new SandboxException(
                Failure.UNAVAILABLE,
                "%s is refused: %s".formatted(release(server).image(), why),
                "remove that image and pull it again",
                cause);
    }

    private static PinnedServer.Release release(PinnedServer server) {
        return server.release().orElseThrow(() -> new IllegalArgumentException(server + " has no image"));
    }
}
