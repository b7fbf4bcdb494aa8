package dev.tidemark.sandbox;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A server at one exact version, as the pinned Go module under {@code servers/<name>-<version>/} builds it, or as the
 * Debian packages that are listed there hold it.
 *
 * @param executables file names that one directory has to hold; the first is the server itself
 * @param release what its makers published of it
 */
record PinnedServer(String name, String version, List<String> executables, Optional<Release> release) {
    private static final Duration VERSION_PATIENCE = Duration.ofSeconds(10);

    /**
     * A published release of the server; a build from source may stand a few commits off it, and not know its version.
     *
     * @param versionLine what the first line of the server's {@code --version} begins with
     * @param image the public container image, with its tag
     * @param directory where the executables stand in the image
     */
    record Release(String version, String versionLine, String image, String directory) {}

    static PinnedServer etcd(EtcdVersion version) {
        return new PinnedServer(
                "etcd",
                version.number(),
                version.executables(),
                Optional.of(new Release(
                        version.number(),
                        "etcd Version: " + version,
                        "gcr.io/etcd-development/etcd:v" + version,
                        "/usr/local/bin")));
    }

    /** Its last commit; the last release that has an image stands shortly before. */
    static PinnedServer minio() {
        String release = "RELEASE.2025-09-07T16-13-09Z";
        return new PinnedServer(
                "minio",
                "20260212201848",
                List.of("minio"),
                Optional.of(new Release(release, "minio version " + release, "minio/minio:" + release, "/usr/bin")));
    }

    /** Not a server, but etcd's own load generator; it does not know its version. */
    static PinnedServer benchmark() {
        return new PinnedServer("benchmark", "3.6.8", List.of("benchmark"), Optional.empty());
    }

    /** Directory name in the cache and among the manifests: {@code etcd-3.6.16}. */
    String id() {
        return name + "-" + version;
    }

    /** Directory name of the published release in the cache, the same as {@link #id} where both are of one version. */
    String releaseId() {
        return name + "-" + release.map(Release::version).orElse(version);
    }

    /** Environment variable with an explicit place: {@code TIDEMARK_SERVER_ETCD_3_6_16}. */
    String variable() {
        return "TIDEMARK_SERVER_" + id().toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }

    /** System property with an explicit place, stronger than the variable: {@code tidemark.server.etcd-3.6.16}. */
    String property() {
        return "tidemark.server." + id();
    }

    /** Whether all executables stand in the directory. */
    boolean isIn(Path directory) {
        return executables.stream().map(directory::resolve).allMatch(Files::isExecutable);
    }

    /** The first line that the server in the directory prints as its version. */
    String versionIn(Path directory) {
        Path server = directory.resolve(executables.get(0));
        return Command.of(server.toString(), "--version")
                .within(VERSION_PATIENCE)
                .stdout()
                .lines()
                .findFirst()
                .orElse("");
    }

    /** Whether the line is what the published release prints, which may add its commit. */
    boolean isRelease(String versionLine) {
        return release.filter(known -> (versionLine + " ").startsWith(known.versionLine() + " "))
                .isPresent();
    }

    @Override
    public String toString() {
        return name + " " + version;
    }
}
