package dev.tidemark.capture.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.sandbox.Eventually;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.LeaseTtl;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class LeaseBookTest {
    private static final Duration PATIENCE = Duration.ofMillis(100);

    private final Map<Long, Long> ttls = new ConcurrentHashMap<>();
    private final CountDownLatch answers = new CountDownLatch(1);
    private long main = 1;

    @Test
    void aLeaseIsRecordedOnce() {
        ttls.put(7L, 30L);
        answers.countDown();
        try (LeaseBook book = book()) {
            assertThat(seen(book, 7)).containsExactly(new LeaseTtl(7, 30));
            assertThat(seen(book, 7)).isEmpty();
            book.recordAgain();
            assertThat(seen(book, 7)).containsExactly(new LeaseTtl(7, 30));
        }
    }

    @Test
    void anAnswerThatComesLateIsRecordedWhenItComesThoughTheLeaseDoesNotAppearAgain() {
        ttls.put(7L, 30L);
        try (LeaseBook book = book()) {
            assertThat(seen(book, 7)).containsExactly(new LeaseTtl(7, LeaseTtl.UNKNOWN));
            // not waited for again, and not recorded again
            assertThat(seen(book, 7)).isEmpty();
            answers.countDown();
            List<LeaseTtl> recorded = new ArrayList<>();
            Eventually.eventually(Duration.ofSeconds(10), () -> {
                recorded.addAll(seen(book, 0));
                assertThat(recorded).containsExactly(new LeaseTtl(7, 30));
            });
            assertThat(seen(book, 7)).isEmpty();
        }
    }

    @Test
    void aLeaseThatAppearsAfterALookAwayIsAskedAgain() {
        ttls.put(7L, 30L);
        answers.countDown();
        try (LeaseBook book = book()) {
            assertThat(seen(book, 7)).containsExactly(new LeaseTtl(7, 30));
            ttls.put(7L, 4711L);
            book.lookAway();
            assertThat(seen(book, 7)).containsExactly(new LeaseTtl(7, 4711));
        }
    }

    private LeaseBook book() {
        LeaseBook book = new LeaseBook(PATIENCE);
        book.ask(Optional.of((EtcdClient) Proxy.newProxyInstance(
                EtcdClient.class.getClassLoader(), new Class<?>[] {EtcdClient.class}, (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("leaseTtl");
                    answers.await();
                    long id = (Long) arguments[0];
                    return new LeaseTtl(id, ttls.get(id));
                })));
        return book;
    }

    /** A put of a key with this lease comes, and goes into the topic. */
    private List<LeaseTtl> seen(LeaseBook book, long lease) {
        main++;
        List<Change> changes =
                List.of(Change.put(main, 0, new byte[] {'k', (byte) lease}, new byte[0], main, 1, lease, 1, 1));
        book.see(changes);
        return book.firstSeenIn(changes);
    }
}
