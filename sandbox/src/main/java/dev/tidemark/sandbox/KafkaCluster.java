package dev.tidemark.sandbox;

import dev.tidemark.sandbox.faults.Fault;
import dev.tidemark.schemas.Failure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;

/**
 * A Kafka of several nodes, numbered from 0. Each is a {@link KafkaServer} that can be killed, stopped, paused and
 * started alone. Topics, internal ones too, have by default three replicas, of which two must be in sync. As thread-safe
 * as its nodes.
 */
public final class KafkaCluster implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final List<KafkaServer> nodes = new ArrayList<>();

    private final Admin admin;

    private KafkaCluster(List<KafkaNode> together) {
        this.admin = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                together.stream().map(KafkaNode::address).toList(),
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                "5000",
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                "10000"));
    }

    /** Starts an empty Kafka of three nodes. */
    public static KafkaCluster launch() {
        return launch(3, Map.of());
    }

    /** Starts an empty Kafka of so many nodes, with further broker settings, which win over the sandbox's own. */
    public static KafkaCluster launch(int size, Map<String, String> settings) {
        List<KafkaNode> together = KafkaNode.together(size);
        KafkaCluster cluster = new KafkaCluster(together);
        try {
            together.forEach(node -> cluster.nodes.add(KafkaServer.node(node, settings)));
            cluster.start();
            cluster.awaitInSync();
            return cluster;
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    /** Starts all nodes that don't run, at once: none becomes ready without a majority. */
    public void start() {
        Server.startTogether(nodes);
    }

    /** One node, to be killed, stopped, paused or started by itself. */
    public KafkaServer node(int number) {
        return nodes.get(number);
    }

    public int size() {
        return nodes.size();
    }

    /** The value of {@code bootstrap.servers}, with all nodes. */
    public String bootstrapServers() {
        return nodes.stream().map(KafkaServer::bootstrapServers).collect(Collectors.joining(","));
    }

    /** Stops and starts one node after another, each only when every partition is in sync again. */
    public void rollingRestart() {
        for (KafkaServer node : nodes) {
            node.restart();
            awaitInSync();
        }
    }

    /** Waits until all nodes serve and every replica of every partition is in sync. */
    public void awaitInSync() {
        await("all replicas in sync", admin -> isInSync(admin) ? Optional.of(true) : Optional.empty());
    }

    /** The number of the node that leads this partition; waits until there is one, and until Kafka knows the topic. */
    public int leader(String topic, int partition) {
        return await("a leader of " + topic + "-" + partition, admin -> Optional.ofNullable(
                        partition(admin, topic, partition).leader())
                .filter(leader -> !leader.isEmpty())
                .map(leader -> leader.id() - 1));
    }

    /** The numbers of the nodes that hold this partition, in sync or not. */
    public List<Integer> replicas(String topic, int partition) {
        return await(
                "the replicas of " + topic + "-" + partition,
                admin -> Optional.of(partition(admin, topic, partition).replicas().stream()
                        .map(node -> node.id() - 1)
                        .toList()));
    }

    /** Waits until this node alone is in sync. */
    public void awaitAlone(int number, String topic, int partition) {
        await("node %d alone in sync".formatted(number), admin -> Optional.of(
                        partition(admin, topic, partition).isr().stream()
                                .map(node -> node.id() - 1)
                                .toList())
                .filter(List.of(number)::equals));
    }

    /** Makes this node the leader, though what the others had acknowledged is lost by that; waits until they are known dead. */
    public void electUncleanly(int number, String topic, int partition) {
        TopicPartition whole = new TopicPartition(topic, partition);
        await("node %d as the unclean leader of %s".formatted(number, whole), admin -> {
            // refused as not needed for as long as the dead leader's session lasts, and once it has been done
            admin.electLeaders(ElectionType.UNCLEAN, Set.of(whole)).partitions().get();
            return Optional.ofNullable(partition(admin, topic, partition).leader())
                    .filter(leader -> leader.id() - 1 == number);
        });
    }

    private static TopicPartitionInfo partition(Admin admin, String topic, int partition)
            throws ExecutionException, InterruptedException {
        return admin.describeTopics(List.of(topic))
                .allTopicNames()
                .get()
                .get(topic)
                .partitions()
                .get(partition);
    }

    private boolean isInSync(Admin admin) throws ExecutionException, InterruptedException {
        Set<String> topics = admin.listTopics(new ListTopicsOptions().listInternal(true))
                .names()
                .get();
        Collection<TopicDescription> all =
                admin.describeTopics(topics).allTopicNames().get().values();
        return admin.describeCluster().nodes().get().size() == size()
                && all.stream()
                        .flatMap(topic -> topic.partitions().stream())
                        .allMatch(one -> one.isr().size() == one.replicas().size());
    }

    /** What Kafka is asked until it answers; an empty answer means: not yet. */
    private interface Question<T> {
        Optional<T> ask(Admin admin) throws ExecutionException, InterruptedException;
    }

    private <T> T await(String what, Question<T> question) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() - deadline < 0) {
            Optional<T> answer = ask(question);
            if (answer.isPresent()) {
                return answer.get();
            }
            Pause.of(PAUSE);
        }
        throw new SandboxException(Failure.UNAVAILABLE, "Kafka has not %s within %s".formatted(what, PATIENCE), "");
    }

    /** Kafka's answer; none either if it cannot answer now, or not yet. */
    private <T> Optional<T> ask(Question<T> question) {
        try {
            return question.ask(admin);
        } catch (ExecutionException notNow) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SandboxException(Failure.INTERNAL, "interrupted while Kafka is asked", "", e);
        }
    }

    /** A node killed and, at the fault's end, started again. */
    public Fault killing(int number) {
        return Fault.of("kill Kafka node " + number, node(number)::kill, node(number)::start);
    }

    /** Kills all nodes and deletes their data. */
    @Override
    public void close() {
        admin.close(Duration.ZERO);
        nodes.forEach(KafkaServer::close);
    }
}
