package dev.tidemark.sandbox;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Who a Kafka node is among the others: each is a broker and a controller in one.
 *
 * @param id from 1
 * @param clusterId the same on all nodes
 * @param controllers all nodes' controllers, as {@code id@host:port:directory}
 * @param jvm the JVM's options
 */
record KafkaNode(
        int id, int brokerPort, int controllerPort, String clusterId, List<String> controllers, List<String> jvm) {
    /** Starts soon, and is never as fast as it could be. */
    private static final List<String> QUICK_TO_START = List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    /** What Kafka's own scripts start a broker with. */
    private static final List<String> FAST_TO_RUN = List.of("-server", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20");

    /** A cluster of one. */
    static KafkaNode alone() {
        return alone(QUICK_TO_START);
    }

    /** A cluster of one that is to be measured. */
    static KafkaNode aloneUnderLoad() {
        return alone(FAST_TO_RUN);
    }

    private static KafkaNode alone(List<String> jvm) {
        return new KafkaNode(1, FreePorts.next(), FreePorts.next(), randomId(), List.of(), withHeap("-Xmx512m", jvm));
    }

    private static List<String> withHeap(String heap, List<String> jvm) {
        return Stream.concat(Stream.of(heap), jvm.stream()).toList();
    }

    /** The options of a JVM that does one short thing for a node. */
    static List<String> toolsJvm() {
        return withHeap("-Xmx128m", QUICK_TO_START);
    }

    /** A cluster of so many. */
    static List<KafkaNode> together(int size) {
        String clusterId = randomId();
        List<Integer> ports = new ArrayList<>();
        List<String> controllers = new ArrayList<>();
        for (int id = 1; id <= size; id++) {
            ports.add(FreePorts.next());
            controllers.add("%d@127.0.0.1:%d:%s".formatted(id, ports.get(id - 1), randomId()));
        }
        List<KafkaNode> nodes = new ArrayList<>();
        for (int id = 1; id <= size; id++) {
            nodes.add(new KafkaNode(
                    id,
                    FreePorts.next(),
                    ports.get(id - 1),
                    clusterId,
                    controllers,
                    withHeap("-Xmx256m", QUICK_TO_START)));
        }
        return nodes;
    }

    /** Kafka's own shape of a random id; the first bit is 0, for a leading dash would look like an option. */
    private static String randomId() {
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        random[0] &= 0x7f;
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    /** Where clients connect to. */
    String address() {
        return "127.0.0.1:" + brokerPort;
    }

    /** How the storage of the node is formatted. */
    List<String> formatFlags() {
        List<String> flags = new ArrayList<>(List.of("-t", clusterId));
        if (controllers.isEmpty()) {
            flags.add("--standalone");
        } else {
            flags.addAll(List.of("--initial-controllers", String.join(",", controllers)));
        }
        return flags;
    }

    private int replication() {
        return Math.max(1, Math.min(3, controllers.size()));
    }

    /** The settings that depend on the node and its cluster. */
    Map<String, String> settings() {
        String replication = Integer.toString(replication());
        String inSync = Integer.toString(Math.max(1, replication() - 1));
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("node.id", Integer.toString(id));
        settings.put(
                "listeners", "BROKER://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d".formatted(brokerPort, controllerPort));
        settings.put("controller.quorum.bootstrap.servers", quorum());
        settings.put("default.replication.factor", replication);
        settings.put("min.insync.replicas", inSync);
        settings.put("offsets.topic.replication.factor", replication);
        settings.put("transaction.state.log.replication.factor", replication);
        settings.put("transaction.state.log.min.isr", inSync);
        settings.put("share.coordinator.state.topic.replication.factor", replication);
        settings.put("share.coordinator.state.topic.min.isr", inSync);
        return settings;
    }

    private String quorum() {
        return controllers.isEmpty()
                ? "127.0.0.1:" + controllerPort
                : controllers.stream()
                        .map(one -> one.substring(one.indexOf('@') + 1, one.lastIndexOf(':')))
                        .collect(Collectors.joining(","));
    }
}
