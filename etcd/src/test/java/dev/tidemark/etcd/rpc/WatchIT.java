package dev.tidemark.etcd.rpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidemark.etcd.rpc.EtcdException.Unavailable;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.schemas.Change;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WatchIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @ParameterizedTest
    @MethodSource("dev.tidemark.sandbox.EtcdVersion#available")
    void deliversWhateverEtcdAllowsInItsOrder(EtcdVersion version) {
        try (EtcdServer etcd = EtcdServer.launch(version, "--max-txn-ops=10000");
                Source source = new Source(etcd.endpoint());
                EtcdClient client = EtcdClient.open(EtcdSettings.of(etcd.endpoint()))) {
            List<String> expected = new ArrayList<>();
            EtcdWatch live = client.watch(1);
            long main = source.put("a", "1");
            expected.add(main + "/0 PUT a #1 create=" + main + " version=1 lease=0");
            main = source.put("a", "");
            expected.add(main + "/0 PUT a #0 create=" + (main - 1) + " version=2 lease=0");
            main = source.transaction(List.of(
                    Source.nested(Source.putOp("twice", "x")),
                    Source.nested(Source.deleteOp("twice")),
                    Source.putOp("other", "yy")));
            expected.add(main + "/0 PUT twice #1 create=" + main + " version=1 lease=0");
            expected.add(main + "/1 DELETE twice");
            expected.add(main + "/2 PUT other #2 create=" + main + " version=1 lease=0");
            long lease = source.grant(2);
            main = source.put("leased/b", new byte[3], lease);
            expected.add(main + "/0 PUT leased/b #3 create=" + main + " version=1 lease=" + lease);
            main = source.put("leased/a", new byte[4], lease);
            expected.add(main + "/0 PUT leased/a #4 create=" + main + " version=1 lease=" + lease);
            List<Change> changes = new ArrayList<>(read(live, main));
            changes.addAll(read(live, main + 1));
            expected.add((main + 1) + "/0 DELETE leased/a");
            expected.add((main + 1) + "/1 DELETE leased/b");
            main = source.put("big", new byte[1_400_000], 0);
            expected.add(main + "/0 PUT big #1400000 create=" + main + " version=1 lease=0");
            changes.addAll(read(live, main));
            live.close();

            assertThat(changes.stream().map(WatchIT::describe)).containsExactlyElementsOf(expected);
            assertThat(watchAnew(client, main)).containsExactlyElementsOf(changes);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.tidemark.sandbox.EtcdVersion#available")
    void aRangeDeleteOfTwentyThousandKeysIsOneRevision(EtcdVersion version) {
        try (EtcdServer etcd = EtcdServer.launch(version, "--max-txn-ops=10000");
                Source source = new Source(etcd.endpoint());
                EtcdClient client = EtcdClient.open(EtcdSettings.of(etcd.endpoint()))) {
            String prefix = "k".repeat(200);
            source.putMany(prefix + "/a/", 5_000);
            source.putMany(prefix + "/b/", 5_000);
            source.putMany(prefix + "/c/", 5_000);
            source.putMany(prefix + "/d/", 5_000);
            try (EtcdWatch live = client.watch(1)) {
                read(live, 5);
                long main = source.deleteRange("k", "l");
                List<Change> deleted = read(live, main);
                assertThat(deleted).hasSize(20_000).allMatch(Change::isTombstone);
                assertThat(deleted).extracting(Change::main).containsOnly(main);
                assertThat(deleted)
                        .extracting(Change::sub)
                        .containsExactlyElementsOf(IntStream.range(0, 20_000)
                                .mapToObj(Long::valueOf)
                                .toList());
                assertThat(watchAnew(client, main)).hasSize(40_000).endsWith(deleted.toArray(Change[]::new));
                try (EtcdWatch whole = client.watch(main, EtcdWatch.Responses.WHOLE)) {
                    assertThat(read(whole, main)).isEqualTo(deleted);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.tidemark.sandbox.EtcdVersion#available")
    void catchesUpFiveThousandRevisions(EtcdVersion version) {
        try (EtcdServer etcd = EtcdServer.launch(version);
                Source source = new Source(etcd.endpoint());
                EtcdClient client = EtcdClient.open(EtcdSettings.of(etcd.endpoint()))) {
            long last = 0;
            for (int i = 0; i < 5_000; i++) {
                last = source.put("key/" + i % 700, "value " + i);
            }
            assertThat(last).isEqualTo(5_001);
            assertThat(watchAnew(client, last)).hasSize(5_000);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.tidemark.sandbox.EtcdVersion#available")
    void aLargeBacklogOfLargeValuesIsNeverHeldAtOnce(EtcdVersion version) {
        int count = 500;
        try (EtcdServer etcd = EtcdServer.launch(version);
                Source source = new Source(etcd.endpoint());
                EtcdClient client = EtcdClient.open(EtcdSettings.of(etcd.endpoint()))) {
            for (int i = 0; i < count / 2; i++) {
                source.put("key", new byte[1_000_000], 0);
            }
            long before = usedHeap();
            try (EtcdWatch slow = client.watch(1)) {
                assertThat(slow.next(PATIENCE)).isInstanceOf(WatchSignal.Created.class);
                for (int i = 0; i < count / 2; i++) {
                    source.put("key", new byte[1_000_000], 0);
                }
                assertThat(usedHeap() - before).isLessThan(150_000_000);
                long bytes = 0;
                long last = 1;
                while (last < count + 1) {
                    WatchSignal signal = slow.next(PATIENCE);
                    if (signal instanceof WatchSignal.Revisions revisions) {
                        assertThat(revisions.first()).isEqualTo(last + 1);
                        last = revisions.last();
                        bytes += revisions.changes().stream()
                                .mapToLong(c -> c.value().length)
                                .sum();
                    }
                }
                assertThat(bytes).isEqualTo(count * 1_000_000L);
            }
            try (EtcdWatch whole = client.watch(1, EtcdWatch.Responses.WHOLE)) {
                assertThat(whole.next(PATIENCE)).isInstanceOf(WatchSignal.Created.class);
                assertThat(catchThrowableOfType(Unavailable.class, () -> whole.next(PATIENCE))
                                .reason())
                        .isEqualTo(Unavailable.Reason.EXHAUSTED);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.tidemark.sandbox.EtcdVersion#available")
    void aCompactionThatIsAheadOfTheStartIsNamed(EtcdVersion version) {
        try (EtcdServer etcd = EtcdServer.launch(version);
                Source source = new Source(etcd.endpoint());
                EtcdClient client = EtcdClient.open(EtcdSettings.of(etcd.endpoint()))) {
            for (int i = 0; i < 50; i++) {
                source.put("key", "value " + i);
            }
            source.compact(40);
            try (EtcdWatch late = client.watch(39)) {
                assertThat(nextOf(late, WatchSignal.Compacted.class)).isEqualTo(new WatchSignal.Compacted(40));
                assertThat(catchThrowableOfType(Unavailable.class, () -> late.next(PATIENCE))
                                .reason())
                        .isEqualTo(Unavailable.Reason.ENDED_BY_SERVER);
            }
            try (EtcdWatch inTime = client.watch(41)) {
                assertThat(read(inTime, 51)).hasSize(11);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.tidemark.sandbox.EtcdVersion#available")
    void progressIsToldWhenAskedAndNothingHappens(EtcdVersion version) {
        try (EtcdServer etcd = EtcdServer.launch(version);
                Source source = new Source(etcd.endpoint());
                EtcdClient client = EtcdClient.open(EtcdSettings.of(etcd.endpoint()))) {
            long main = source.put("key", "value");
            try (EtcdWatch watch = client.watch(1)) {
                read(watch, main);
                assertThat(watch.next(Duration.ofMillis(50))).isInstanceOf(WatchSignal.Idle.class);
                watch.requestProgress();
                if (!KnownBug.mayAskForProgress(version.number())) {
                    assertThat(watch.next(Duration.ofSeconds(2))).isInstanceOf(WatchSignal.Idle.class);
                    return;
                }
                WatchSignal.Progress progress = nextOf(watch, WatchSignal.Progress.class);
                assertThat(progress.revision()).isEqualTo(main);
                assertThat(progress.header().clusterId())
                        .isEqualTo(client.status().clusterId());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.tidemark.sandbox.EtcdVersion#available")
    void aKilledServerBreaksTheWatch(EtcdVersion version) {
        try (EtcdServer etcd = EtcdServer.launch(version);
                Source source = new Source(etcd.endpoint());
                EtcdClient client = EtcdClient.open(EtcdSettings.of(etcd.endpoint()))) {
            long main = source.put("key", "value");
            try (EtcdWatch watch = client.watch(1)) {
                read(watch, main);
                etcd.kill();
                Unavailable error =
                        catchThrowableOfType(Unavailable.class, () -> nextOf(watch, WatchSignal.Progress.class));
                assertThat(error.reason()).isEqualTo(Unavailable.Reason.UNREACHABLE);
                assertThat(error).hasMessageContaining(etcd.endpoint());
                watch.requestProgress();
            }
            etcd.start();
            try (EtcdWatch again = client.watch(main)) {
                assertThat(read(again, main)).hasSize(1);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.tidemark.sandbox.EtcdVersion#available")
    void aStoppingServerBreaksTheWatch(EtcdVersion version) {
        try (EtcdServer etcd = EtcdServer.launch(version);
                EtcdClient client = EtcdClient.open(EtcdSettings.of(etcd.endpoint()));
                EtcdWatch watch = client.watch(1)) {
            nextOf(watch, WatchSignal.Created.class);
            etcd.stop();
            Unavailable error =
                    catchThrowableOfType(Unavailable.class, () -> nextOf(watch, WatchSignal.Progress.class));
            assertThat(error.reason())
                    .isIn(
                            Unavailable.Reason.UNREACHABLE,
                            Unavailable.Reason.CANCELLED,
                            Unavailable.Reason.ENDED_BY_SERVER);
        }
    }

    @Test
    void aFrozenServerIsFoundByTheKeepAlive() {
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6);
                EtcdClient client = EtcdClient.open(EtcdSettings.of(etcd.endpoint()));
                EtcdWatch watch = client.watch(1)) {
            nextOf(watch, WatchSignal.Created.class);
            etcd.pause();
            Unavailable error = catchThrowableOfType(Unavailable.class, () -> watch.next(Duration.ofSeconds(30)));
            assertThat(error.reason()).isEqualTo(Unavailable.Reason.UNREACHABLE);
            etcd.resume();
        }
    }

    @Test
    void aWatchThatIsClosedThrows() {
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6);
                EtcdClient client = EtcdClient.open(EtcdSettings.of(etcd.endpoint()))) {
            EtcdWatch watch = client.watch(1);
            nextOf(watch, WatchSignal.Created.class);
            watch.close();
            watch.requestProgress();
            assertThat(catchThrowableOfType(Unavailable.class, () -> watch.next(PATIENCE))
                            .reason())
                    .isEqualTo(Unavailable.Reason.CANCELLED);
        }
    }

    private static List<Change> watchAnew(EtcdClient client, long until) {
        try (EtcdWatch watch = client.watch(1)) {
            return read(watch, until);
        }
    }

    private static List<Change> read(EtcdWatch watch, long until) {
        List<Change> changes = new ArrayList<>();
        while (changes.isEmpty() || changes.get(changes.size() - 1).main() < until) {
            WatchSignal.Revisions revisions = nextOf(watch, WatchSignal.Revisions.class);
            changes.addAll(revisions.changes());
        }
        return changes;
    }

    private static <S extends WatchSignal> S nextOf(EtcdWatch watch, Class<S> type) {
        while (true) {
            WatchSignal signal = watch.next(PATIENCE);
            if (type.isInstance(signal)) {
                return type.cast(signal);
            }
            assertThat(signal).isInstanceOf(WatchSignal.Created.class);
        }
    }

    private static String describe(Change change) {
        String what = change.main() + "/" + change.sub() + " " + change.type() + " " + new String(change.key(), UTF_8);
        return change.isTombstone()
                ? what
                : what + " #" + change.value().length + " create=" + change.createRevision() + " version="
                        + change.version() + " lease=" + change.lease();
    }

    private static long usedHeap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
