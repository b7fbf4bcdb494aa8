package dev.tidemark.capture.topic;

import org.apache.kafka.common.TopicPartition;

/**
 * Where a cluster's revisions go.
 *
 * @param topic the topic's name
 * @param topicId its id as Kafka prints it: a recreated topic has another
 * @param partition the cluster's partition
 */
public record TopicPlace(String topic, String topicId, int partition) {
    TopicPartition topicPartition() {
        return new TopicPartition(topic, partition);
    }
}
