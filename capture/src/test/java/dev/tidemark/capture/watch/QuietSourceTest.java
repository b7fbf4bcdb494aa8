package dev.tidemark.capture.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.capture.generation.Position;
import dev.tidemark.capture.generation.WarpedClock;
import dev.tidemark.capture.service.CapturePlace;
import dev.tidemark.capture.source.LeaseBook;
import dev.tidemark.capture.spool.Item;
import dev.tidemark.capture.spool.Spool;
import dev.tidemark.capture.status.CaptureGauge;
import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.etcd.rpc.EtcdHeader;
import dev.tidemark.etcd.rpc.EtcdWatch;
import dev.tidemark.etcd.rpc.WatchSignal;
import dev.tidemark.schemas.Change;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a session makes of a watch that says nothing, only that it is up to date, or too little. */
class QuietSourceTest {
    private static final long LAST = 10_020;
    private static final long LIMIT = 1_000;

    @TempDir
    Path directory;

    private final Watch watch = new Watch();
    private final List<Pulse.Beat> beats = new ArrayList<>();
    private Spool spool;
    private final Shortfall shortfall = new Shortfall(LIMIT, () -> false);
    private long compacted;
    private long now = 1_000;

    @Test
    void aSourceThatHasNothingNewProvesItOnceAnIntervalWithTheTimeBeforeTheQuestion() {
        WatchSession session = session();
        pass(400);
        beat(LAST);
        pass(300);
        step(session);
        assertThat(proven()).isEmpty();
        pass(400);
        beat(LAST);
        long asked = now;
        pass(50);
        step(session);
        beat(LAST);
        step(session);

        assertThat(proven()).hasValue(asked);
        assertThat(proven()).isEmpty();
    }

    @Test
    void aWatchThatStaysSilentWhileTheSourceGoesOnIsOpenedAnewAfterTwentySeconds() {
        WatchSession session = session();
        beat(LAST + 1);
        assertThat(step(session)).isEqualTo(WatchSession.Outcome.GO_ON);
        pass(20_000);
        beat(LAST + 1);
        assertThat(step(session)).isEqualTo(WatchSession.Outcome.GO_ON);
        pass(1);
        beat(LAST + 2);
        assertThat(step(session)).isEqualTo(WatchSession.Outcome.SILENT);
        assertThat(proven()).isEmpty();
    }

    @Test
    void aSourceThatWasQuietForLongIsGivenTheSameTime() {
        WatchSession session = session();
        pass(3_600_000);
        beat(LAST + 1);
        assertThat(step(session)).isEqualTo(WatchSession.Outcome.GO_ON);
    }

    @Test
    void aWatchThatOnlyIsLateIsLeftAlone() {
        WatchSession session = session();
        for (long revision = LAST + 1; revision < LAST + 10; revision++) {
            pass(9_000);
            beat(revision + 5);
            watch.signals.add(put(revision));
            assertThat(session.step(watch)).isEqualTo(WatchSession.Outcome.GO_ON);
        }
    }

    @Test
    void aRevisionThatComesInPiecesForMinutesIsWaitedFor() {
        WatchSession session = session();
        for (int piece = 0; piece < 20; piece++) {
            pass(15_000);
            beat(LAST + 1);
            watch.messages++;
            assertThat(step(session)).isEqualTo(WatchSession.Outcome.GO_ON);
        }
    }

    @Test
    void aWatchThatDeliversLessThanTheSourceWritesIsLeft() {
        WatchSession session = session();
        for (long main = LAST + 1; main < LAST + 10; main++) {
            assertThat(deliver(session, main, 2 * main - LAST + 1_500)).isEqualTo(WatchSession.Outcome.GO_ON);
        }
        pass(500);
        assertThat(deliver(session, LAST + 10, LAST + 1_700)).isEqualTo(WatchSession.Outcome.BEHIND);
    }

    @Test
    void afterASnapshotAWatchIsLeftLaterButForACompactionThatHasOvertakenWhereItFellBehind() {
        shortfall.replaced(Duration.ofSeconds(30));
        WatchSession session = session();
        for (long main = LAST + 1; main < LAST + 60; main++) {
            assertThat(deliver(session, main, 2 * main - LAST + 1_500)).isEqualTo(WatchSession.Outcome.GO_ON);
        }
        compacted = LAST + 2;
        assertThat(deliver(session, LAST + 60, LAST + 60 + 1_600)).isEqualTo(WatchSession.Outcome.BEHIND);
    }

    private WatchSession.Outcome deliver(WatchSession session, long main, long head) {
        pass(250);
        beat(head);
        watch.signals.add(put(main));
        return session.step(watch);
    }

    @Test
    void anAnswerThatIsOlderThanThePositionProvesNothing() {
        WatchSession session = session();
        pass(2_000);
        beat(LAST - 1);
        assertThat(step(session)).isEqualTo(WatchSession.Outcome.GO_ON);
        assertThat(proven()).isEmpty();
    }

    @Test
    void progressIsAskedForOnceAnIntervalAndWhatIsToldIsNoProofOfTime() {
        WatchSession session = session();
        for (int i = 0; i < 10; i++) {
            pass(500);
            step(session);
        }
        watch.signals.add(progress(LAST));
        session.step(watch);
        assertThat(watch.requests).isEqualTo(5);
        assertThat(proven()).isEmpty();
    }

    @BeforeEach
    void openSpool() {
        spool = new Spool(CaptureSettings.Spool.in(directory));
    }

    private void pass(long millis) {
        now += millis;
    }

    private void beat(long revision) {
        beats.add(new Pulse.Beat(revision, new WarpedClock.Reading(now, now, now * 1_000_000)));
    }

    private WatchSession.Outcome step(WatchSession session) {
        watch.signals.add(new WatchSignal.Idle(watch.messages));
        return session.step(watch);
    }

    private List<Pulse.Beat> taken() {
        List<Pulse.Beat> taken = List.copyOf(beats);
        beats.clear();
        return taken;
    }

    private WatchSession session() {
        WarpedClock clock = new WarpedClock(() -> Instant.ofEpochMilli(now), () -> now * 1_000_000);
        Position position = Position.begun("gen", LAST, clock);
        CaptureSettings settings = CapturePlace.settings(
                "http://127.0.0.1:1", "127.0.0.1:1", "topic", CaptureSettings.Spool.in(directory));
        return new WatchSession(
                member(),
                LAST,
                position,
                this::taken,
                new WatchSession.Takers(
                        spool,
                        new LeaseBook(Duration.ZERO),
                        new CaptureGauge(settings, () -> Instant.ofEpochMilli(now))),
                new WatchSession.Timing(
                        () -> now * 1_000_000, Duration.ofSeconds(1), Duration.ofSeconds(20), shortfall));
    }

    private EtcdClient member() {
        return (EtcdClient) Proxy.newProxyInstance(
                QuietSourceTest.class.getClassLoader(),
                new Class<?>[] {EtcdClient.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "isCompacted" -> (long) arguments[0] < compacted;
                    case "endpoint" -> "http://fake:2379";
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private static WatchSignal progress(long revision) {
        return new WatchSignal.Progress(new EtcdHeader(1, 2, revision, 3));
    }

    private static WatchSignal put(long main) {
        byte[] key = "key".getBytes(StandardCharsets.UTF_8);
        return new WatchSignal.Revisions(
                List.of(Change.put(main, 0, key, key, main, 1, 0, 0, 0)), new EtcdHeader(1, 2, main, 3));
    }

    private Optional<Long> proven() {
        return spool.poll(Duration.ZERO).map(item -> ((Item.Progress) item).atMillis());
    }

    private static final class Watch implements EtcdWatch {
        private final Deque<WatchSignal> signals = new ArrayDeque<>();
        private int requests;
        private long messages;

        @Override
        public WatchSignal next(Duration timeout) {
            return signals.remove();
        }

        @Override
        public void requestProgress() {
            requests++;
        }

        @Override
        public void close() {}
    }
}
