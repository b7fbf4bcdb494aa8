package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.GenerationCatalog;
import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.capture.service.Capture;
import dev.tidemark.compactor.Compactor;
import dev.tidemark.compactor.CompactorSettings;
import dev.tidemark.etcd.rpc.EtcdCredentials;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.etcd.rpc.EtcdUsers;
import dev.tidemark.restorer.Sources;
import dev.tidemark.restorer.output.Output;
import dev.tidemark.restorer.restore.RestoreProgress;
import dev.tidemark.restorer.restore.RestoreRequest;
import dev.tidemark.restorer.restore.RestoreResult;
import dev.tidemark.restorer.restore.Restorer;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.Eventually;
import dev.tidemark.sandbox.KafkaServer;
import dev.tidemark.schemas.avro.CheckpointManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A user that the source got after the base, from the source into restored clusters that run. */
class SideStateIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final EtcdVersion VERSION = EtcdVersion.V3_6;
    private static final Optional<EtcdCredentials> ROOT = Optional.of(new EtcdCredentials("root", "secret"));

    @TempDir
    private Path directory;

    private final MemoryStore store = new MemoryStore(Clock.systemUTC());
    private final ClusterArchive archive = new ClusterArchive(store, "prod");

    @Test
    void aUserThatCameAfterTheBaseIsInLaterRestoresAndNotInEarlierOnes() throws IOException {
        try (EtcdServer etcd = EtcdServer.launch(VERSION);
                KafkaServer kafka = KafkaServer.launch();
                Capture capture = new Capture(capture(etcd, kafka), archive)) {
            etcd.etcdctl("user", "add", "root:secret");
            etcd.etcdctl("user", "grant-role", "root", "root");
            etcd.etcdctl("auth", "enable");
            root(etcd, "put", "a", "1");
            CompletableFuture<Void> capturing =
                    CompletableFuture.runAsync(capture::run, runnable -> new Thread(runnable, "capture").start());
            Eventually.until(PATIENCE, capture::lastCommitted, last -> last >= 2 || capturing.isDone());
            try (Compactor compactor = Compactor.start(compactor(kafka), store)) {
                await(GenerationCatalog::hasBase);
                root(etcd, "put", "a", "2");
                root(etcd, "user", "add", "late:secret");
                await(generation -> generation.side(Long.MAX_VALUE).isPresent());
                await(generation ->
                        generation.head(0).map(CheckpointManifest::getLast).orElse(0L) >= 3);
                assertThat(compactor.failure()).isNotDone();
            }
            assertThat(capturing).isNotDone();
        }

        assertThat(restored(2)).isEqualTo(new Restored(2, List.of("root")));
        assertThat(restored(3)).isEqualTo(new Restored(3, List.of("late", "root")));
    }

    /**
     * What a restored cluster has.
     *
     * @param asOf the revision that its users are of, as the restore says
     * @param users those that it lists when it runs
     */
    private record Restored(long asOf, List<String> users) {}

    private Restored restored(long revision) {
        Path file = directory.resolve("at-" + revision + ".db");
        Sources sources = new Sources(archive, Optional.empty(), directory, Clock.systemUTC());
        RestoreResult result = new Restorer(sources)
                .restore(
                        RestoreRequest.database(Target.revision(revision), Output.newFile(file)), RestoreProgress.NONE);
        try (EtcdServer etcd = EtcdServer.restored(file, VERSION)) {
            return new Restored(
                    result.authAsOf().orElseThrow(),
                    root(etcd, "user", "list").lines().toList());
        }
    }

    private void await(Predicate<GenerationCatalog> condition) {
        Eventually.until(PATIENCE, () -> archive.catalog().newest(), newest -> newest.filter(condition)
                .isPresent());
    }

    private CaptureSettings capture(EtcdServer etcd, KafkaServer kafka) throws IOException {
        return new CaptureSettings(
                        "prod",
                        List.of(EtcdSettings.of(etcd.endpoint()).withUsers(new EtcdUsers(ROOT, ROOT))),
                        new CaptureSettings.Topic("revisions", 0, 1, (short) 1),
                        "side",
                        Map.of("bootstrap.servers", kafka.bootstrapServers()),
                        Duration.ofSeconds(1),
                        CaptureSettings.Spool.in(Files.createDirectory(directory.resolve("capture"))),
                        CaptureSettings.NewSource.REFUSE)
                .withSideState(new CaptureSettings.SideRenewal(Duration.ZERO, Duration.ofSeconds(1)));
    }

    private CompactorSettings compactor(KafkaServer kafka) throws IOException {
        return new CompactorSettings(
                "side",
                "compactor-1",
                "revisions",
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                Map.of(),
                Duration.ofSeconds(1),
                1 << 20,
                Files.createDirectory(directory.resolve("compactor")));
    }

    private static String root(EtcdServer etcd, String... arguments) {
        String[] words = new String[arguments.length + 3];
        words[0] = "--user=root:secret";
        words[1] = "--dial-timeout=30s";
        words[2] = "--command-timeout=60s";
        System.arraycopy(arguments, 0, words, 3, arguments.length);
        return etcd.etcdctl(words);
    }
}
