package dev.tidemark.sandbox;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A server at one exact version, as the pinned Go module under {@code servers/<name>-<version>/} builds it, or as the
 * Debian packages that are listed there hold it.
 *
 * @param executables file names that one directory has to hold; the first is the server itself
 * @param versionLine what the first line of {@code --version} must be for a server on the PATH to be taken; empty where
 *     a build from source does not know its version
 */
record PinnedServer(String name, String version, List<String> executables, Optional<String> versionLine) {
    static PinnedServer etcd(EtcdVersion version) {
        return new PinnedServer(
                "etcd", version.number(), version.executables(), Optional.of("etcd Version: " + version.number()));
    }

    static PinnedServer minio() {
        return new PinnedServer("minio", "20260212201848", List.of("minio"), Optional.empty());
    }

    /** Not a server, but etcd's own load generator; it does not know its version. */
    static PinnedServer benchmark() {
        return new PinnedServer("benchmark", "3.6.8", List.of("benchmark"), Optional.empty());
    }

    /** Directory name in the cache and among the manifests: {@code etcd-3.6.16}. */
    String id() {
        return name + "-" + version;
    }

    /** Environment variable with an explicit place: {@code TIDEMARK_SERVER_ETCD_3_6_16}. */
    String variable() {
        return "TIDEMARK_SERVER_" + id().toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }

    /** System property with an explicit place, stronger than the variable: {@code tidemark.server.etcd-3.6.16}. */
    String property() {
        return "tidemark.server." + id();
    }

    @Override
    public String toString() {
        return name + " " + version;
    }
}
