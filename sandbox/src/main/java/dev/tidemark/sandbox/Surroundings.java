package dev.tidemark.sandbox;

import java.util.Map;

/**
 * What a child sees of this process's environment: everything but settings of the servers themselves. An operator's
 * {@code ETCDCTL_ENDPOINTS} would send a test's writes elsewhere, or let etcdctl refuse the flag that says where to.
 */
final class Surroundings {
    private Surroundings() {}

    static void enter(ProcessBuilder child, Map<String, String> own) {
        child.environment()
                .keySet()
                .removeIf(name -> name.startsWith("ETCD_")
                        || name.startsWith("ETCDCTL_")
                        || name.startsWith("MINIO_")
                        || name.startsWith("KAFKA_"));
        child.environment().putAll(own);
    }
}
