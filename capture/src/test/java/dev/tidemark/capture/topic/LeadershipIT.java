package dev.tidemark.capture.topic;

import static dev.tidemark.sandbox.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.capture.service.CapturePlace;
import dev.tidemark.capture.service.OnSharedKafka;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.sandbox.KafkaServer;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.TidemarkException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(OnSharedKafka.class)
class LeadershipIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static KafkaServer kafka;

    @TempDir
    Path scratch;

    private CaptureSettings settings;
    private String topic;

    @BeforeAll
    static void takeKafka(KafkaServer shared) {
        kafka = shared;
    }

    @BeforeEach
    void makeTheGroupsTopic(TestInfo test) {
        settings = new CapturePlace(kafka, test, scratch, new MemoryStore(InstantSource.system()))
                .settings(EtcdSettings.of("http://127.0.0.1:1"));
        topic = new TopicSetup(settings).ensureGroupTopic();
    }

    @Test
    void theClusterStaysWithItsHolderWhenOthersComeAndGo() {
        try (Leadership first = leading("first")) {
            FakeSession session = new FakeSession();
            first.attend(session);
            for (int visit = 0; visit < 3; visit++) {
                try (Leadership second = joined("second")) {
                    awaitWaiting();
                    assertThat(second.leads(Duration.ZERO)).isFalse();
                }
            }
            first.captors().requireHeld();
            assertThat(session.parting).isEmpty();
        }
    }

    @Test
    void aStandbyIsToldWhoHoldsTheCluster() {
        try (Leadership first = leading("first");
                Leadership second = joined("second")) {
            eventually(SOON, () -> assertThatThrownBy(second.captors()::requireHeld)
                    .isInstanceOfSatisfying(TidemarkException.class, e -> assertThat(e.failure())
                            .isEqualTo(Failure.FENCED))
                    .hasMessageContaining(Captors.nameOf("first")));
            first.captors().requireHeld();
            first.requireNoOther();
        }
    }

    @Test
    void aGracefulEndHandsTheClusterOverAtOnce() {
        try (Leadership second = new Leadership(settings, topic, "second")) {
            long left;
            try (Leadership first = leading("first")) {
                second.join();
                awaitWaiting();
                first.captors().requireHeld();
                left = System.nanoTime();
            }
            assertThat(second.leads(SOON)).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - left)).isLessThan(Duration.ofSeconds(3));
        }
    }

    @Test
    void aSessionWithoutLifeIsLeftForAnotherCaptor() {
        try (Leadership first = leading("first");
                Leadership second = joined("second")) {
            FakeSession session = new FakeSession();
            first.attend(session);
            awaitWaiting();
            session.alive = false;
            assertThat(second.leads(SOON)).isTrue();
            assertThat(session.parting).contains(Leadership.Parting.YIELDED);
            assertThat(first.leads(Duration.ZERO)).isFalse();
        }
    }

    @Test
    void aLeaderWithoutItsSourceStaysAloneAndYieldsOnceAnotherWaits() {
        try (Leadership first = leading("first")) {
            FakeSession session = new FakeSession();
            session.sourceAway = Duration.ofSeconds(11);
            first.attend(session);
            eventually(SOON, () -> assertThat(session.asked.get()).isGreaterThan(40));
            assertThat(session.parting).isEmpty();
            try (Leadership second = joined("second")) {
                eventually(SOON, () -> assertThat(session.parting).contains(Leadership.Parting.YIELDED));
                first.leave();
                assertThat(second.leads(SOON)).isTrue();
                first.join();
                awaitWaiting();
                second.captors().requireHeld();
            }
            assertThat(first.leads(SOON)).isTrue();
        }
    }

    @Test
    void aGroupTopicWithMorePartitionsIsRefused() throws Exception {
        try (Admin admin = Admin.create(KafkaClients.admin(settings))) {
            admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(2)))
                    .all()
                    .get();
        }
        eventually(SOON, () -> assertThatThrownBy(() -> new TopicSetup(settings).ensureGroupTopic())
                .hasMessageContaining("has 2 partitions instead of 1"));
    }

    private Leadership joined(String instance) {
        Leadership leadership = new Leadership(settings, topic, instance);
        leadership.join();
        return leadership;
    }

    private Leadership leading(String instance) {
        Leadership leadership = joined(instance);
        assertThat(leadership.leads(SOON)).isTrue();
        return leadership;
    }

    private void awaitWaiting() {
        try (Captors captors = new Captors(settings, "nobody")) {
            eventually(SOON, () -> assertThat(captors.now().waiting()).hasSize(1));
            eventually(SOON, () -> assertThat(captors.now().holder()).isPresent());
        }
    }

    private static final class FakeSession implements Leadership.Led {
        private volatile boolean alive = true;
        private volatile Duration sourceAway = Duration.ZERO;
        private volatile Optional<Leadership.Parting> parting = Optional.empty();
        private final AtomicInteger asked = new AtomicInteger();

        @Override
        public boolean isAlive() {
            return alive;
        }

        @Override
        public Duration sourceAwayFor() {
            asked.incrementAndGet();
            return sourceAway;
        }

        @Override
        public void goOn() {
            parting = Optional.empty();
        }

        @Override
        public void part(Leadership.Parting why) {
            parting = Optional.of(why);
        }

        @Override
        public void fail(RuntimeException why) {
            throw new AssertionError(why);
        }
    }
}
