package dev.tidemark.sandbox;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** The releases of etcd that Tidemark is proven on, one of each supported minor version. */
public enum EtcdVersion {
    /** The last that Debian ships; built by nobody any more, so it may be missing on a machine without its packages. */
    V3_4("3.4.23"),
    V3_5("3.5.35"),
    V3_6("3.6.16"),
    V3_7("3.7.3");

    private static final Set<String> SAID = ConcurrentHashMap.newKeySet();

    private final String number;

    EtcdVersion(String number) {
        this.number = number;
    }

    /** The full version number, such as {@code 3.6.16}. */
    public String number() {
        return number;
    }

    /**
     * All versions that can be had on this machine; one that cannot, where only its packages provide it, is left out
     * with its reason printed. Meant as a source of tests' parameters.
     */
    public static Stream<EtcdVersion> available() {
        return Stream.of(values()).filter(version -> version.obstacle().isEmpty());
    }

    /** Why this version cannot be had here, printed once as well; empty if it can, and for all that can be built. */
    public Optional<String> obstacle() {
        if (this != V3_4) {
            return Optional.empty();
        }
        try {
            EtcdTools.of(this);
            return Optional.empty();
        } catch (SandboxException e) {
            String reason = "etcd %s is left out: %s (%s)".formatted(this, e.getMessage(), e.hint());
            if (SAID.add(reason)) {
                System.err.println(reason);
            }
            return Optional.of(reason);
        }
    }

    /** File names of the server and its tools; before 3.5 etcdctl does etcdutl's work too. */
    List<String> executables() {
        return this == V3_4 ? List.of("etcd", "etcdctl") : List.of("etcd", "etcdctl", "etcdutl");
    }

    /** Whether the server can be told not to wait for the disk. */
    boolean canSkipFsync() {
        return this != V3_4;
    }

    @Override
    public String toString() {
        return number;
    }
}
