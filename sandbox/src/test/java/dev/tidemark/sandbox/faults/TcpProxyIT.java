package dev.tidemark.sandbox.faults;

import static dev.tidemark.sandbox.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdVersion;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.options.WatchOption;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class TcpProxyIT {
    private static final ByteSequence KEY = ByteSequence.from("key", StandardCharsets.UTF_8);
    private static final Duration SOON = Duration.ofSeconds(20);

    private final List<Long> seen = Collections.synchronizedList(new ArrayList<>());

    @Test
    void aStreamOfEtcdHangsAtAStallAndBreaksAtACut() {
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6);
                TcpProxy proxy = TcpProxy.to(etcd.port());
                Client client =
                        Client.builder().endpoints("http://" + proxy.address()).build()) {
            watch(client);
            etcd.etcdctl("put", "key", "1");
            eventually(SOON, () -> assertThat(seen).containsExactly(2L));

            proxy.stall();
            etcd.etcdctl("put", "key", "2");
            sleepALittle();
            assertThat(seen).containsExactly(2L);
            assertThat(proxy.counters().open()).isEqualTo(1);
            proxy.resume();
            eventually(SOON, () -> assertThat(seen).containsExactly(2L, 3L));

            assertThat(proxy.cut()).isEqualTo(1);
            eventually(SOON, () -> assertThat(proxy.counters().accepted()).isEqualTo(2));
            etcd.etcdctl("put", "key", "3");
            eventually(SOON, () -> assertThat(seen).contains(4L));
        }
    }

    /** From the beginning: the first put may be faster than the creation of the watch. */
    private void watch(Client client) {
        WatchOption option = WatchOption.builder().withRevision(1).build();
        client.getWatchClient().watch(KEY, option, response -> response.getEvents()
                .forEach(event -> seen.add(event.getKeyValue().getModRevision())));
    }

    /** Long enough for what is not to come. */
    private static void sleepALittle() {
        LockSupport.parkNanos(Duration.ofMillis(500).toNanos());
    }
}
