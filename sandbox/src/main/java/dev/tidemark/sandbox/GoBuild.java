package dev.tidemark.sandbox;

import dev.tidemark.schemas.Failure;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Builds a server from its pinned Go module into the cache. */
final class GoBuild {
    private static final Duration PATIENCE = Duration.ofMinutes(15);
    private static final Pattern GO_LINE = Pattern.compile("(?m)^go (\\d+)\\.(\\d+)(?:\\.(\\d+))?\\s*$");
    private static final Pattern GO_VERSION = Pattern.compile("go(\\d+)\\.(\\d+)(?:\\.(\\d+))?");
    /** From here on Go fetches the newer toolchain that a module asks for, as it fetches modules. */
    private static final int[] FETCHES_NEWER = {1, 21, 0};

    private final Map<String, String> environment;
    private final ServerCache cache;

    GoBuild(Map<String, String> environment, ServerCache cache) {
        this.environment = environment;
        this.cache = cache;
    }

    /** Builds the server, or unpacks it where only Debian has it; returns its directory in the cache. */
    Path build(PinnedServer server) {
        return cache.fill(server, server.id(), made -> buildInto(made, server));
    }

    private void buildInto(Path made, PinnedServer server) throws IOException {
        Path module = Files.createTempDirectory("tidemark-build-" + server.id());
        try {
            if (DebianPackages.provide(server)) {
                DebianPackages.unpackInto(made, server, module, environment);
            } else {
                compile(server, module, made);
            }
            if (Files.exists(made.resolve("server"))) {
                Files.move(made.resolve("server"), made.resolve("etcd"));
            }
        } finally {
            Directories.delete(module);
        }
    }

    private void compile(PinnedServer server, Path module, Path made) throws IOException {
        copyManifest(server, "go.mod", module);
        copyManifest(server, "go.sum", module);
        Path go = go(server, Files.readString(module.resolve("go.mod")));
        Notice.say("building " + server + " from its Go modules, about " + minutes(server) + "...");
        compile(server, go, module, made);
    }

    private void compile(PinnedServer server, Path go, Path module, Path made) {
        Map<String, String> variables = new HashMap<>();
        variables.put("CGO_ENABLED", "0");
        variables.put("GOTOOLCHAIN", "auto");
        variables.put("GOFLAGS", "-mod=readonly");
        variables.put("GOWORK", "off");
        try {
            Command.of(go.toString(), "build", "-trimpath", "-ldflags=-s -w", "-o", made + File.separator, "tool")
                    .with(variables)
                    .in(module)
                    .within(PATIENCE)
                    .stdout();
        } catch (SandboxException e) {
            throw new SandboxException(
                    Failure.UNAVAILABLE,
                    server + " could not be built: " + e.getMessage(),
                    "check that Go modules can be downloaded (go env GOPROXY), or set " + server.variable()
                            + " to a directory with " + server.executables(),
                    e);
        }
    }

    private Path go(PinnedServer server, String manifest) {
        int[] needed = version(GO_LINE, manifest).orElseThrow();
        Optional<Path> go = Arrays.stream(environment.getOrDefault("PATH", "").split(File.pathSeparator))
                .filter(entry -> !entry.isEmpty())
                .map(entry -> Path.of(entry, "go"))
                .filter(Files::isExecutable)
                .findFirst();
        if (go.isEmpty()) {
            throw needsGo(server, needed, "no go on the PATH");
        }

        String said = Command.of(go.get().toString(), "version").stdout();
        Optional<int[]> found = version(GO_VERSION, said);
        if (found.isEmpty() || Arrays.compare(found.get(), FETCHES_NEWER) < 0) {
            throw needsGo(server, needed, go.get() + " says: " + said.strip());
        }
        return go.get();
    }

    private static SandboxException needsGo(PinnedServer server, int[] needed, String found) {
        return new SandboxException(
                Failure.UNAVAILABLE,
                "%s is not installed, and building it needs Go %d.%d, or Go 1.21 and newer to fetch that: %s"
                        .formatted(server, needed[0], needed[1], found),
                "install Go (Debian: apt-get install golang-go; on bookworm golang-go/bookworm-backports), or a Docker engine that can pull %s (Debian: apt-get install docker.io), or set %s to a directory with %s"
                        .formatted(
                                server.release()
                                        .map(PinnedServer.Release::image)
                                        .orElse("(none)"),
                                server.variable(),
                                server.executables()));
    }

    private static Optional<int[]> version(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            return Optional.empty();
        }
        String patch = matcher.group(3);
        return Optional.of(new int[] {
            Integer.parseInt(matcher.group(1)),
            Integer.parseInt(matcher.group(2)),
            patch == null ? 0 : Integer.parseInt(patch)
        });
    }

    private static void copyManifest(PinnedServer server, String file, Path module) throws IOException {
        String resource = "servers/" + server.id() + "/" + file;
        try (InputStream in = GoBuild.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IOException("no manifest " + resource);
            }
            Files.copy(in, module.resolve(file));
        }
    }

    private static String minutes(PinnedServer server) {
        return server.name().equals("minio") ? "4 minutes" : "1 minute";
    }
}
