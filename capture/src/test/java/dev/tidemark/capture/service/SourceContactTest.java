package dev.tidemark.capture.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.capture.CaptureException;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.capture.status.CaptureGauge;
import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.etcd.rpc.EtcdSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Members that take a connection and say nothing, or take none. */
class SourceContactTest {
    private final AtomicBoolean closed = new AtomicBoolean();
    private ServerSocket mute;

    @BeforeEach
    void listen() throws IOException {
        mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void stop() throws IOException {
        mute.close();
    }

    @Test
    void aStartGivesUpWithinSecondsHoweverManyMembersSayNothing() {
        SourceContact contact = contact(List.of(silent(), silent(), silent()));
        long begun = System.nanoTime();
        assertThatThrownBy(() -> contact.await(SourceContact.Patience.AT_THE_START))
                .isInstanceOf(CaptureException.class)
                .hasMessageStartingWith("no member of the source answers");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(14));
    }

    @Test
    void afterWorkTheSourceIsWaitedForUntilNobodyWaitsAnyMore() throws Exception {
        CountDownLatch refused = new CountDownLatch(3);
        SourceContact contact = new SourceContact(
                List.of(EtcdSettings.of("http://127.0.0.1:1")),
                settings -> {
                    refused.countDown();
                    return EtcdClient.open(settings);
                },
                gauge(),
                closed::get);
        CompletableFuture<Void> waiting =
                CompletableFuture.runAsync(() -> contact.await(SourceContact.Patience.AFTER_WORK));
        assertThat(refused.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(waiting).isNotDone();
        closed.set(true);
        waiting.get(20, TimeUnit.SECONDS);
    }

    private EtcdSettings silent() {
        return EtcdSettings.of("http://127.0.0.1:" + mute.getLocalPort());
    }

    private SourceContact contact(List<EtcdSettings> source) {
        return new SourceContact(source, EtcdClient::open, gauge(), closed::get);
    }

    private static CaptureGauge gauge() {
        return new CaptureGauge(
                new CaptureSettings(
                        "prod",
                        List.of(EtcdSettings.of("http://127.0.0.1:1")),
                        new CaptureSettings.Topic("revisions", 0, 1, (short) 1),
                        "tidemark",
                        Map.of(),
                        Duration.ofSeconds(3),
                        CaptureSettings.Spool.in(Path.of("spool")),
                        CaptureSettings.NewSource.REFUSE),
                InstantSource.system());
    }
}
