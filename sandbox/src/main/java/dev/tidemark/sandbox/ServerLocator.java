package dev.tidemark.sandbox;

import dev.tidemark.schemas.Failure;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds a pinned server: an explicit setting, then the cache, then the PATH if the version there is the pinned one, then
 * its public container image, then a build from source. A setting that leads nowhere is an error and never skipped.
 * Thread-safe, also between processes.
 */
final class ServerLocator {
    private static final Logger LOG = LoggerFactory.getLogger(ServerLocator.class);
    /** What was said already: once a process is enough. */
    private static final Set<Located> SAID = ConcurrentHashMap.newKeySet();

    private final Properties properties;
    private final Map<String, String> environment;
    private final ServerCache cache;
    private final ContainerImage image;
    private final GoBuild build;

    ServerLocator(Properties properties, Map<String, String> environment, ContainerEngine engine) {
        this.properties = properties;
        this.environment = environment;
        this.cache = new ServerCache(cacheRoot(properties, environment).resolve("servers"));
        this.image = new ContainerImage(engine, cache);
        this.build = new GoBuild(environment, cache);
    }

    /** The locator of this machine. */
    static ServerLocator local() {
        return new ServerLocator(System.getProperties(), System.getenv(), new TestcontainersEngine());
    }

    private static Path cacheRoot(Properties properties, Map<String, String> environment) {
        String explicit = properties.getProperty("tidemark.cache", environment.getOrDefault("TIDEMARK_CACHE", ""));
        return explicit.isEmpty()
                ? Path.of(properties.getProperty("user.home"), ".cache", "tidemark")
                : Path.of(explicit).toAbsolutePath();
    }

    /** The server's executables; if they are nowhere, pulls an image or builds them, which takes minutes. */
    Located locate(PinnedServer server) {
        Located located = fromSetting(server)
                .or(() -> fromCache(server))
                .or(() -> fromPath(server))
                .orElseGet(() -> cache.alone(server, () -> obtained(server)));
        if (SAID.add(located)) {
            LOG.info("{} from {}", server, located);
        }
        return located;
    }

    private Optional<Located> fromSetting(PinnedServer server) {
        String setting = properties.getProperty(server.property(), environment.getOrDefault(server.variable(), ""));
        if (setting.isEmpty()) {
            return Optional.empty();
        }

        Path named = Path.of(setting).toAbsolutePath();
        Path directory = Files.isDirectory(named) ? named : named.getParent();
        if (directory == null || !server.isIn(directory)) {
            throw new SandboxException(
                    Failure.USAGE,
                    "%s is set to %s, where not all of %s are"
                            .formatted(server.variable(), named, server.executables()),
                    "name the directory that holds these executables of " + server + ", or unset it");
        }
        return Optional.of(new Located(directory, Located.Way.SETTING));
    }

    private Optional<Located> fromCache(PinnedServer server) {
        return cache.find(server).map(directory -> new Located(directory, Located.Way.CACHE));
    }

    private Optional<Located> fromPath(PinnedServer server) {
        return List.of(environment.getOrDefault("PATH", "").split(File.pathSeparator)).stream()
                .filter(entry -> !entry.isEmpty())
                .map(entry -> Path.of(entry).toAbsolutePath())
                .filter(directory -> server.isIn(directory) && isRelease(directory, server))
                .findFirst()
                .map(directory -> new Located(directory, Located.Way.PATH));
    }

    private static boolean isRelease(Path directory, PinnedServer server) {
        try {
            return server.isRelease(server.versionIn(directory));
        } catch (SandboxException notThatServer) {
            return false;
        }
    }

    /** Another process may have obtained it while this one waited for its turn: then that is taken. */
    private Located obtained(PinnedServer server) {
        return fromCache(server).or(() -> fromImage(server)).orElseGet(() -> fromSource(server));
    }

    private Optional<Located> fromImage(PinnedServer server) {
        if (server.release().isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Located(image.take(server), Located.Way.IMAGE));
        } catch (SandboxException e) {
            Notice.say("no container image for " + server + ": " + e.getMessage());
            return Optional.empty();
        }
    }

    private Located fromSource(PinnedServer server) {
        return new Located(build.build(server), Located.Way.BUILD);
    }
}
