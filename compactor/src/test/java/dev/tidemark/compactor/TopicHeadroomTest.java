package dev.tidemark.compactor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the topic will delete before it is in a checkpoint is told while there is time. */
class TopicHeadroomTest {
    private static final OptionalLong WEEK = OptionalLong.of(Duration.ofDays(7).toMillis());
    private static final Instant NOW = Instant.parse("2026-12-01T00:00:00Z");

    private final TopicHeadroom headroom = new TopicHeadroom("revisions", () -> NOW);

    private static PartitionHealth waitingFor(int partition, Duration age) {
        return new PartitionHealth(
                partition,
                PartitionHealth.Phase.WAITING,
                "prod",
                "G1",
                80,
                0,
                90,
                NOW.minus(age).toEpochMilli(),
                5,
                6,
                4,
                "",
                "the store is away");
    }

    @Test
    void halfOfTheTopicsTimeIsTheLimit() {
        assertThat(headroom.look(
                        WEEK, List.of(waitingFor(1, Duration.ofHours(83)), waitingFor(2, Duration.ofHours(85)))))
                .containsExactly(2);
    }

    @Test
    void whatIsWellAgainIsShortNoMore() {
        headroom.look(WEEK, List.of(waitingFor(2, Duration.ofDays(6))));

        assertThat(headroom.look(WEEK, List.of(waitingFor(2, Duration.ofSeconds(30)))))
                .isEqualTo(Set.of());
    }

    @Test
    void aTopicThatKeepsAllForEverIsNeverShort() {
        assertThat(headroom.look(OptionalLong.empty(), List.of(waitingFor(1, Duration.ofDays(600)))))
                .isEmpty();
    }

    @Test
    void whereNothingIsOpenNothingIsShort() {
        PartitionHealth idle =
                new PartitionHealth(1, PartitionHealth.Phase.FOLDING, "prod", "G1", 80, 0, 80, 0, 0, 0, 4, "", "");

        assertThat(headroom.look(WEEK, List.of(idle))).isEmpty();
    }
}
