package dev.tidemark.cli;

import dev.tidemark.archive.catalog.GenerationCatalog;
import dev.tidemark.cli.output.Output;
import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.etcd.rpc.HashKvAnswer;
import dev.tidemark.restorer.Sources;
import dev.tidemark.restorer.info.ArchiveInfo;
import dev.tidemark.restorer.past.SourceHash;
import dev.tidemark.restorer.restore.RestoreRequest;
import dev.tidemark.restorer.restore.RestoreResult;
import dev.tidemark.restorer.restore.Restorer;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.workload.Plan;
import dev.tidemark.sandbox.workload.Request;
import dev.tidemark.sandbox.workload.Workload;
import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The main job, played on real servers: a workload is captured and checkpointed, a namespace is deleted by accident, the
 * moment before comes back as an etcd snapshot, and HashKV proves that it is what the source held.
 */
final class Demo implements AutoCloseable {
    private static final String NAMESPACE = "/registry/configmaps/shop/";
    private static final int NAMESPACE_KEYS = 200;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final EtcdVersion version;
    private final long revisions;
    private final long seed;
    private final Output output;
    private final Path directory;
    private final List<Step> steps = new ArrayList<>();
    private DemoServers servers;
    private int parts;

    /** A step of the story. */
    private record Step(String name, boolean ok, long millis) {}

    /** The proof: four numbers, two equalities. */
    private record Proof(
            long revision, long keys, long hash, long sourceHash, long bootedHash, long expectedBootedHash) {
        boolean holds() {
            return hash == sourceHash && bootedHash == expectedBootedHash;
        }
    }

    /** How the demo ended. */
    record Outcome(Map<String, Object> document, String text, boolean ok) {}

    Demo(EtcdVersion version, long revisions, long seed, Output output) throws IOException {
        this.version = version;
        this.revisions = revisions;
        this.seed = seed;
        this.output = output;
        this.directory = Files.createTempDirectory("tidemark-demo");
    }

    Outcome play() {
        servers = step("start etcd " + version + ", Kafka and MinIO", () -> DemoServers.start(version, directory));
        try (Workload workload = Workload.on(servers.etcd().endpoint())) {
            step("write a first half before anybody watches", () -> write(workload, revisions / 2));
            step("start capture and compactor", servers::startServices);
            step("wait until the base stands in the archive", this::awaitBase);
            step("write the second half, captured as it comes", () -> write(workload, revisions - revisions / 2));
            step("fill namespace shop with " + NAMESPACE_KEYS + " keys", () -> fill(workload));
            long deleted = step(
                    "delete namespace shop, by accident",
                    () -> workload.write(
                            new Request.DeleteRange(bytes(NAMESPACE), bytes("/registry/configmaps/shop0"))));
            step("wait until the archive holds revision " + deleted, () -> awaitArchived(deleted));
            return prove();
        }
    }

    private void write(Workload workload, long count) {
        workload.run(Plan.of(count).withSeed(seed + parts++).withTime(PATIENCE));
    }

    private static void fill(Workload workload) {
        for (int i = 0; i < NAMESPACE_KEYS; i++) {
            workload.write(new Request.Put(bytes(NAMESPACE + "item-" + i), bytes("price: " + i), 0));
        }
    }

    /** Without it the second half might be in the base too, and no checkpoint would ever come. */
    private void awaitBase() {
        await("a base in the archive", () -> newest().filter(
                        generation -> !generation.bases().isEmpty())
                .isPresent());
    }

    private void awaitArchived(long revision) {
        await("revision " + revision + " in the archive", () -> newest().flatMap(generation -> generation.head(0))
                .filter(head -> head.getLast() >= revision)
                .isPresent());
    }

    private Optional<GenerationCatalog> newest() {
        servers.requireHealthy();
        return servers.wiring().archive(servers.store()).catalog().newest();
    }

    private Outcome prove() {
        Sources sources = servers.wiring().sources(servers.store(), Clock.systemUTC());
        String key = NAMESPACE + "item-0";
        Path file = directory.resolve("before-the-accident.db");
        RestoreResult restored = step("restore to just before " + key + " was deleted", () -> new Restorer(sources)
                .restore(
                        RestoreRequest.database(
                                Target.beforeDelete(bytes(key)), dev.tidemark.restorer.output.Output.newFile(file)),
                        (records, total) -> {}));
        HashKvAnswer source = step(
                "ask the source for its hash at revision " + restored.revision(),
                () -> hashOf(servers.etcd().endpoint(), restored.revision()));
        long computed = step("compute that hash from the archive", () -> computed(sources, source));
        long booted = step("boot etcd from the restore and ask for its hash", () -> bootAndHash(file, restored, key));
        Proof proof = new Proof(
                restored.revision(),
                restored.keys(),
                computed,
                source.hash(),
                booted,
                restored.hash().orElseThrow());
        return outcome(proof, ArchiveInfo.read(sources));
    }

    private static long computed(Sources sources, HashKvAnswer source) {
        SourceHash.Answer answer =
                new SourceHash(sources).at(Target.revision(source.revision()), source.compactRevision());
        if (answer instanceof SourceHash.Answer.Computed hash) {
            return hash.hash();
        }
        throw new DemoException(Failure.VERIFICATION, "the source's hash cannot be computed: " + answer, "");
    }

    private long bootAndHash(Path file, RestoreResult restored, String key) {
        try (EtcdServer booted = EtcdServer.restored(file, version)) {
            if (!booted.etcdctl("get", "--print-value-only", key).contains("price: 0")) {
                throw new DemoException(Failure.VERIFICATION, "the booted etcd does not hold " + key, "");
            }
            return hashOf(booted.endpoint(), restored.bumpedTo().orElse(restored.revision()))
                    .hash();
        }
    }

    private static HashKvAnswer hashOf(String endpoint, long revision) {
        try (EtcdClient client = EtcdClient.open(EtcdSettings.of(endpoint))) {
            return client.hashKv(revision);
        }
    }

    private Outcome outcome(Proof proof, ArchiveInfo info) {
        Map<String, Object> restored = new LinkedHashMap<>();
        restored.put("revision", proof.revision());
        restored.put("keys", proof.keys());
        restored.put("hash", proof.hash());
        restored.put("sourceHash", proof.sourceHash());
        restored.put("bootedHash", proof.bootedHash());
        restored.put("expectedBootedHash", proof.expectedBootedHash());
        Map<String, Object> document = document(proof.holds(), restored);
        String text = "restored revision " + proof.revision() + " with " + proof.keys() + " keys from an archive of "
                + counted(info.generations().get(0).increments(), "checkpoint") + "\n"
                + "  the source answered HashKV  " + proof.sourceHash() + ", computed from the archive "
                + proof.hash() + "\n"
                + "  etcd booted from the restore " + proof.bootedHash() + ", expected for the file    "
                + proof.expectedBootedHash() + "\n"
                + (proof.holds() ? "the copy is identical" : "THE COPY DIFFERS");
        return new Outcome(document, text, proof.holds());
    }

    /** What is known of a demo that could not go on: its steps, the last of which failed. */
    Map<String, Object> unfinished() {
        return document(false, null);
    }

    private Map<String, Object> document(boolean ok, Map<String, Object> restored) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("steps", steps);
        document.put("ok", ok);
        document.put("restored", restored);
        return document;
    }

    /** How another terminal goes on from here. */
    String invitation() {
        Path file = directory.resolve("demo.properties");
        servers.describe(file);
        return servers.addresses() + "\ngo on in another terminal: ./tidemark info --config " + file
                + "\nstop with Ctrl-C";
    }

    private static String counted(long count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    private void step(String name, Runnable work) {
        step(name, () -> {
            work.run();
            return null;
        });
    }

    private <T> T step(String name, Supplier<T> work) {
        output.say(name + " ...");
        long started = System.nanoTime();
        boolean ok = false;
        try {
            T result = work.get();
            ok = true;
            return result;
        } finally {
            long millis = (System.nanoTime() - started) / 1_000_000;
            steps.add(new Step(name, ok, millis));
            output.say("  " + (ok ? "ok, " : "failed after ") + millis + " ms");
        }
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new DemoException(
                        Failure.INTERNAL, "waited " + PATIENCE.toSeconds() + " s for " + what, "run again with -v");
            }
            try {
                Thread.sleep(200);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new DemoException(Failure.INTERNAL, "interrupted while waiting for " + what, "");
            }
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** What is started is ended whole, whoever is in a hurry. */
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        try {
            clean();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void clean() {
        if (servers != null) {
            servers.close();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(Demo::delete);
        } catch (IOException e) {
            output.say("left behind: " + directory);
        }
    }

    private static void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
