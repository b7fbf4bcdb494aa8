package dev.tidemark.capture.watch;

import dev.tidemark.etcd.rpc.EtcdRelease;
import dev.tidemark.etcd.rpc.KnownBug;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Says which known bugs the source's releases have: at the first connection to a member, and when one turns out to run
 * another release; each release's bugs once. Not thread-safe.
 */
public final class VersionAdvisory {
    private final Map<String, String> versions = new HashMap<>();
    private final Set<String> advised = new HashSet<>();

    /** One warning for each known bug that was not told yet. */
    List<String> see(String endpoint, String version) {
        if (version.equals(versions.put(endpoint, version)) || !advised.add(version)) {
            return List.of();
        }
        Optional<EtcdRelease> release = EtcdRelease.parse(version);
        if (release.isEmpty()) {
            return List.of(endpoint + " calls itself " + version
                    + ", which is no release of etcd: it is treated as one with every bug that is known");
        }
        return Stream.concat(
                        release.filter(EtcdRelease::isTooOld).stream()
                                .map(old -> "etcd " + old + " is older than every release that Tidemark is proven on;"
                                        + " upgrade to a release that is still maintained"),
                        release.stream()
                                .flatMap(known -> KnownBug.of(known).stream().map(bug -> bug.advice(known))))
                .toList();
    }
}
