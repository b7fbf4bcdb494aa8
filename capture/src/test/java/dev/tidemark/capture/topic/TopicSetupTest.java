package dev.tidemark.capture.topic;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TopicSetupTest {
    @Test
    void theTopicOfThreeReplicasWaitsForTwo() {
        assertThat(TopicSetup.required((short) 3))
                .containsEntry("min.insync.replicas", "2")
                .containsEntry("cleanup.policy", "delete")
                .containsEntry("message.timestamp.type", "LogAppendTime")
                .containsEntry("unclean.leader.election.enable", "false")
                .containsEntry("compression.type", "producer")
                .containsEntry("retention.bytes", "-1");
        assertThat(TopicSetup.required((short) 1)).containsEntry("min.insync.replicas", "1");
    }
}
