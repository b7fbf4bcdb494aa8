package dev.tidemark.sandbox;

import dev.tidemark.schemas.Failure;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Builds a server from its pinned Go module into the cache, once for all processes of the machine: a file lock admits
 * one builder, and a directory appears in the cache complete or not at all.
 */
final class GoBuild {
    private static final Duration PATIENCE = Duration.ofMinutes(15);
    private static final Pattern GO_LINE = Pattern.compile("(?m)^go (\\d+)\\.(\\d+)(?:\\.(\\d+))?\\s*$");
    private static final Pattern GO_VERSION = Pattern.compile("go(\\d+)\\.(\\d+)(?:\\.(\\d+))?");
    /** From here on Go fetches the newer toolchain that a module asks for, as it fetches modules. */
    private static final int[] FETCHES_NEWER = {1, 21, 0};

    private static final Object IN_PROCESS = new Object();

    private final Map<String, String> environment;
    private final Path cache;

    GoBuild(Map<String, String> environment, Path cache) {
        this.environment = environment;
        this.cache = cache;
    }

    /** Builds the server, or unpacks it where only Debian has it, or waits for another process that does; returns its directory in the cache. */
    Path build(PinnedServer server) {
        Path target = cache.resolve(server.id());
        try {
            Files.createDirectories(cache);
            Path lock = cache.resolve("." + server.id() + ".lock");
            synchronized (IN_PROCESS) {
                try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                        var held = channel.lock()) {
                    if (held.isValid() && !ServerLocator.holdsAll(target, server)) {
                        buildInto(target, server);
                    }
                }
            }
            return target;
        } catch (IOException e) {
            throw ServerLocator.unusable(server, target, e);
        }
    }

    private void buildInto(Path target, PinnedServer server) throws IOException {
        Path module = Files.createTempDirectory("tidemark-build-" + server.id());
        Path made = Files.createTempDirectory(cache, "." + server.id() + ".");
        try {
            if (DebianPackages.provide(server)) {
                DebianPackages.unpackInto(made, server, module, environment);
            } else {
                buildInto(made, server, module);
            }
            if (Files.exists(made.resolve("server"))) {
                Files.move(made.resolve("server"), made.resolve("etcd"));
            }
            Directories.delete(target);
            Files.move(made, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Directories.delete(module);
            Directories.delete(made);
        }
    }

    private void buildInto(Path made, PinnedServer server, Path module) throws IOException {
        copyManifest(server, "go.mod", module);
        copyManifest(server, "go.sum", module);
        Path go = go(server, Files.readString(module.resolve("go.mod")));
        say("building " + server + " from its Go modules, about " + minutes(server) + "...");
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
                "install Go (Debian: apt-get install golang-go; on bookworm golang-go/bookworm-backports), or set %s to a directory with %s"
                        .formatted(server.variable(), server.executables()));
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

    /** Minutes of silence look like a hang, and no logger may be set up yet: the one line that goes straight out. */
    private static void say(String line) {
        System.err.println(line);
    }
}
