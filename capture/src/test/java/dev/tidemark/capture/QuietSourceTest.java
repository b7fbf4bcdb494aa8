package dev.tidemark.capture;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a session makes of a watch that says nothing, or only that it is up to date. */
class QuietSourceTest {
    private static final long LAST = 20;

    @TempDir
    Path directory;

    private final Watch watch = new Watch();
    private long now = 1_000;
    private long quorum = LAST;
    private int asked;

    @Test
    void progressThatIsToldIsEnough() {
        Spool spool = spool();
        WatchSession session = session(spool);
        watch.signals.add(new WatchSignal.Idle());
        watch.signals.add(progress(LAST));
        watch.signals.add(new WatchSignal.Idle());
        for (int i = 0; i < 3; i++) {
            assertThat(session.step(watch)).isEqualTo(WatchSession.Outcome.GO_ON);
        }

        assertThat(watch.requests).isEqualTo(2);
        assertThat(asked).isZero();
        assertThat(proven(spool)).hasValue(1_000L);
        assertThat(proven(spool)).isEmpty();
    }

    @Test
    void whereNoProgressIsToldTheQuorumIsAskedAndTimeIsThatBeforeTheQuestion() {
        Spool spool = spool();
        WatchSession session = session(spool);
        watch.signals.add(new WatchSignal.Idle());
        watch.signals.add(new WatchSignal.Idle());
        session.step(watch);
        now = 2_000;
        assertThat(session.step(watch)).isEqualTo(WatchSession.Outcome.GO_ON);

        assertThat(asked).isEqualTo(1);
        assertThat(proven(spool)).hasValue(2_000L);
    }

    @Test
    void aWatchThatStaysSilentWhileTheSourceGoesOnIsOpenedAnew() {
        Spool spool = spool();
        WatchSession session = session(spool);
        quorum = LAST + 1;
        for (int i = 0; i < 4; i++) {
            watch.signals.add(new WatchSignal.Idle());
        }
        for (int i = 0; i < 3; i++) {
            assertThat(session.step(watch)).isEqualTo(WatchSession.Outcome.GO_ON);
        }
        assertThat(session.step(watch)).isEqualTo(WatchSession.Outcome.SILENT);
        assertThat(proven(spool)).isEmpty();
    }

    @Test
    void aWatchThatOnlyIsLateIsLeftAlone() {
        Spool spool = spool();
        WatchSession session = session(spool);
        quorum = LAST + 1;
        for (int round = 0; round < 3; round++) {
            watch.signals.add(new WatchSignal.Idle());
            watch.signals.add(new WatchSignal.Idle());
            watch.signals.add(new WatchSignal.Idle());
            watch.signals.add(put(++quorum - 1));
            for (int i = 0; i < 4; i++) {
                assertThat(session.step(watch)).isEqualTo(WatchSession.Outcome.GO_ON);
            }
        }
    }

    @Test
    void aSourceThatStandsBeforeThePositionIsLookedAtAtOnce() {
        WatchSession session = session(spool());
        quorum = LAST - 1;
        watch.signals.add(new WatchSignal.Idle());
        watch.signals.add(new WatchSignal.Idle());
        session.step(watch);

        assertThat(session.step(watch)).isEqualTo(WatchSession.Outcome.RECONNECT);
    }

    @Test
    void progressBeyondOrBehindThePositionProvesNothing() {
        Spool spool = spool();
        WatchSession session = session(spool);
        watch.signals.add(progress(LAST - 1));
        session.step(watch);

        assertThat(proven(spool)).isEmpty();
    }

    private Spool spool() {
        return new Spool(CaptureSettings.Spool.in(directory));
    }

    private WatchSession session(Spool spool) {
        Stamper stamper = new Stamper(() -> Instant.ofEpochMilli(now), 0);
        Position position = new Position("gen", LAST, new Overlap(), stamper);
        LeaseBook leases = new LeaseBook(() -> Instant.ofEpochMilli(now), Duration.ZERO);
        return new WatchSession(
                member(),
                LAST,
                position,
                spool,
                leases,
                new WatchSession.Pace(Duration.ofSeconds(1), Duration.ofSeconds(3)));
    }

    private EtcdClient member() {
        return (EtcdClient) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {EtcdClient.class},
                (proxy, method, arguments) -> answer(method.getName()));
    }

    private Object answer(String question) {
        return switch (question) {
            case "linearizable" -> {
                asked++;
                yield new EtcdHeader(1, 2, quorum, 3);
            }
            case "isCompacted" -> false;
            case "endpoint" -> "http://fake:2379";
            default -> throw new UnsupportedOperationException(question);
        };
    }

    private static WatchSignal progress(long revision) {
        return new WatchSignal.Progress(new EtcdHeader(1, 2, revision, 3));
    }

    private static WatchSignal put(long main) {
        byte[] key = "key".getBytes(StandardCharsets.UTF_8);
        return new WatchSignal.Revisions(
                List.of(Change.put(main, 0, key, key, main, 1, 0, 0, 0)), new EtcdHeader(1, 2, main, 3));
    }

    private static Optional<Long> proven(Spool spool) {
        return spool.poll(Duration.ZERO).map(item -> ((Item.Progress) item).atMillis());
    }

    private static final class Watch implements EtcdWatch {
        private final Deque<WatchSignal> signals = new ArrayDeque<>();
        private int requests;

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
