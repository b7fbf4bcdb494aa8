package dev.tidemark.sandbox;

import dev.tidemark.schemas.Failure;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * Finds a pinned server: an explicit setting, then the cache, then the PATH if the version there is the pinned one, then
 * a build from source. A setting that leads nowhere is an error and never skipped. Thread-safe, also between processes.
 */
final class ServerLocator {
    private static final Duration VERSION_PATIENCE = Duration.ofSeconds(10);

    private final Properties properties;
    private final Map<String, String> environment;
    private final Path cache;
    private final GoBuild build;

    ServerLocator(Properties properties, Map<String, String> environment) {
        this.properties = properties;
        this.environment = environment;
        this.cache = cacheRoot(properties, environment).resolve("servers");
        this.build = new GoBuild(environment, cache);
    }

    /** The locator of this machine. */
    static ServerLocator local() {
        return new ServerLocator(System.getProperties(), System.getenv());
    }

    private static Path cacheRoot(Properties properties, Map<String, String> environment) {
        String explicit = properties.getProperty("tidemark.cache", environment.getOrDefault("TIDEMARK_CACHE", ""));
        return explicit.isEmpty()
                ? Path.of(properties.getProperty("user.home"), ".cache", "tidemark")
                : Path.of(explicit).toAbsolutePath();
    }

    /** The server's executables; builds them if they are nowhere, which takes minutes and needs Go. */
    Located locate(PinnedServer server) {
        return fromSetting(server)
                .or(() -> fromCache(server))
                .or(() -> fromPath(server))
                .orElseGet(() -> new Located(build.build(server), Located.Way.BUILD));
    }

    private Optional<Located> fromSetting(PinnedServer server) {
        String setting = properties.getProperty(server.property(), environment.getOrDefault(server.variable(), ""));
        if (setting.isEmpty()) {
            return Optional.empty();
        }

        Path named = Path.of(setting).toAbsolutePath();
        Path directory = Files.isDirectory(named) ? named : named.getParent();
        if (directory == null || !holdsAll(directory, server)) {
            throw new SandboxException(
                    Failure.USAGE,
                    "%s is set to %s, where not all of %s are"
                            .formatted(server.variable(), named, server.executables()),
                    "name the directory that holds these executables of " + server + ", or unset it");
        }
        return Optional.of(new Located(directory, Located.Way.SETTING));
    }

    private Optional<Located> fromCache(PinnedServer server) {
        return Optional.of(cache.resolve(server.id()))
                .filter(directory -> holdsAll(directory, server))
                .map(directory -> new Located(directory, Located.Way.CACHE));
    }

    private Optional<Located> fromPath(PinnedServer server) {
        if (server.versionLine().isEmpty()) {
            return Optional.empty();
        }

        return List.of(environment.getOrDefault("PATH", "").split(File.pathSeparator)).stream()
                .filter(entry -> !entry.isEmpty())
                .map(entry -> Path.of(entry).toAbsolutePath())
                .filter(directory -> holdsAll(directory, server) && isPinnedVersion(directory, server))
                .findFirst()
                .map(directory -> new Located(directory, Located.Way.PATH));
    }

    private static boolean isPinnedVersion(Path directory, PinnedServer server) {
        Path executable = directory.resolve(server.executables().get(0));
        try {
            String version = Command.of(executable.toString(), "--version")
                    .within(VERSION_PATIENCE)
                    .stdout();
            return version.lines().findFirst().equals(server.versionLine());
        } catch (SandboxException notThatServer) {
            return false;
        }
    }

    static boolean holdsAll(Path directory, PinnedServer server) {
        return server.executables().stream().map(directory::resolve).allMatch(Files::isExecutable);
    }

    /** The error for something that went wrong with a server's files. */
    static SandboxException unusable(PinnedServer server, Path place, IOException cause) {
        return new SandboxException(
                Failure.UNAVAILABLE,
                "%s could not be put into %s: %s".formatted(server, place, cause),
                "check free space and permissions there, or choose another cache with TIDEMARK_CACHE",
                cause);
    }
}
