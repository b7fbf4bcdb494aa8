package dev.tidemark.sandbox;

import dev.tidemark.schemas.Failure;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Takes a server that can no longer be built out of Debian's packages, which are downloaded and unpacked, not installed:
 * that needs no rights unless the lists of packages have to be fetched first.
 */
final class DebianPackages {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private DebianPackages() {}

    /** Whether the server is one of those. */
    static boolean provide(PinnedServer server) {
        return DebianPackages.class.getResource(resource(server)) != null;
    }

    /** Puts the server's executables into the directory; {@code work} is empty and may be written into. */
    static void unpackInto(Path made, PinnedServer server, Path work, Map<String, String> environment)
            throws IOException {
        List<String> packages = packages(server);
        Path apt = tool("apt-get", environment).orElseThrow(() -> missing(server, "no apt-get on the PATH", null));
        Path dpkg = tool("dpkg-deb", environment).orElseThrow(() -> missing(server, "no dpkg-deb on the PATH", null));
        try {
            download(apt, packages, work);
            try (DirectoryStream<Path> files = Files.newDirectoryStream(work, "*.deb")) {
                for (Path file : files) {
                    run(
                            work,
                            dpkg.toString(),
                            "-x",
                            file.toString(),
                            work.resolve("root").toString());
                }
            }
        } catch (SandboxException e) {
            throw missing(server, e.getMessage(), e);
        }
        for (String executable : server.executables()) {
            Path unpacked = work.resolve("root/usr/bin").resolve(executable);
            if (!Files.isExecutable(unpacked)) {
                throw missing(server, packages + " hold no " + executable, null);
            }
            Files.copy(unpacked, made.resolve(executable));
        }
        checkVersion(made, server);
    }

    /** The lists may be missing or old: then they are fetched, once. */
    private static void download(Path apt, List<String> packages, Path work) {
        List<String> words = new ArrayList<>(List.of(apt.toString(), "-q", "download"));
        words.addAll(packages);
        try {
            run(work, words.toArray(String[]::new));
        } catch (SandboxException noLists) {
            run(work, apt.toString(), "-q", "update");
            run(work, words.toArray(String[]::new));
        }
    }

    private static void run(Path work, String... words) {
        Command.of(words).in(work).within(PATIENCE).stdout();
    }

    private static void checkVersion(Path made, PinnedServer server) {
        String said = Command.of(made.resolve(server.executables().get(0)).toString(), "--version")
                .stdout();
        if (!said.contains(" " + server.version() + "\n")) {
            throw missing(
                    server,
                    "Debian's packages hold another version: "
                            + said.lines().findFirst().orElse(""),
                    null);
        }
    }

    private static List<String> packages(PinnedServer server) throws IOException {
        try (InputStream in = DebianPackages.class.getResourceAsStream(resource(server))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    private static String resource(PinnedServer server) {
        return "servers/" + server.id() + "/debian-packages";
    }

    private static Optional<Path> tool(String name, Map<String, String> environment) {
        return Stream.of(environment.getOrDefault("PATH", "").split(File.pathSeparator))
                .filter(entry -> !entry.isEmpty())
                .map(entry -> Path.of(entry, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static SandboxException missing(PinnedServer server, String why, SandboxException cause) {
        return new SandboxException(
                Failure.UNAVAILABLE,
                server + " is not installed, and could not be taken out of Debian's packages: " + why,
                "install it (Debian bookworm: apt-get update && apt-get install etcd-server etcd-client), or set "
                        + server.variable() + " to a directory with " + server.executables(),
                cause);
    }
}
