package dev.tidemark.sandbox;

import static dev.tidemark.sandbox.Eventually.until;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class KafkaClusterIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    private static KafkaCluster cluster;

    @BeforeAll
    static void threeNodes() {
        cluster = KafkaCluster.launch();
    }

    @AfterAll
    static void close() {
        cluster.close();
    }

    @Test
    void aTransactionSurvivesTheDeathOfItsPartitionsLeader() throws Exception {
        create("killed");
        try (KafkaProducer<String, String> producer = producer("killed")) {
            producer.initTransactions();
            commit(producer, "killed", "before");
            int leader = cluster.leader("killed", 0);
            cluster.node(leader).kill();
            until(SOON, () -> cluster.leader("killed", 0), now -> now != leader);
            commit(producer, "killed", "after");
            cluster.node(leader).start();
            cluster.awaitInSync();
            assertThat(read("killed", 2)).containsExactly("before", "after");
        }
    }

    @Test
    void isThereAllTheTimeOfARollingRestart() throws Exception {
        create("rolling");
        try (KafkaProducer<String, String> producer = producer("rolling")) {
            producer.initTransactions();
            commit(producer, "rolling", "before");
            cluster.rollingRestart();
            commit(producer, "rolling", "after");
            assertThat(read("rolling", 2)).containsExactly("before", "after");
        }
    }

    private static void create(String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(topic, Optional.of(1), Optional.empty())))
                    .all()
                    .get();
            until(SOON, () -> inSync(admin, topic), count -> count == 3);
        }
    }

    /** 0 too while the asked node has not heard of the topic. */
    private static int inSync(Admin admin, String topic) {
        try {
            return admin.describeTopics(List.of(topic))
                    .allTopicNames()
                    .get()
                    .get(topic)
                    .partitions()
                    .get(0)
                    .isr()
                    .size();
        } catch (ExecutionException | InterruptedException notNow) {
            return 0;
        }
    }

    private static KafkaProducer<String, String> producer(String id) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", cluster.bootstrapServers(), "transactional.id", id, "acks", "all"),
                new StringSerializer(),
                new StringSerializer());
    }

    private static void commit(KafkaProducer<String, String> producer, String topic, String value) throws Exception {
        producer.beginTransaction();
        producer.send(new ProducerRecord<>(topic, value)).get(60, TimeUnit.SECONDS);
        producer.commitTransaction();
    }

    private static List<String> read(String topic, int count) {
        TopicPartition partition = new TopicPartition(topic, 0);
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", cluster.bootstrapServers(), "isolation.level", "read_committed"),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            until(
                    SOON,
                    () -> {
                        consumer.poll(Duration.ofMillis(200)).forEach(one -> values.add(one.value()));
                        return values;
                    },
                    seen -> seen.size() >= count);
        }
        return values;
    }
}
