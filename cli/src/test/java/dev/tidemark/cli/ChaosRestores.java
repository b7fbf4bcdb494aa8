package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.sandbox.workload.KeyState;
import dev.tidemark.sandbox.workload.Oracle;
import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Restores by the command itself, two at a time, and what became of them. */
final class ChaosRestores implements AutoCloseable {
    private static final int AT_ONCE = 2;
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final PipelineHarness harness;
    private final Path directory;
    private final ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
    private final List<Future<Outcome>> running = new ArrayList<>();
    private final List<Path> logs = new ArrayList<>();
    private final Map<Integer, Integer> codes = new TreeMap<>();

    /** How one ended; the keyspace only if it says that it went well. */
    private record Outcome(long revision, int code, Optional<NavigableMap<byte[], KeyState>> state, Path log) {}

    ChaosRestores(PipelineHarness harness, Path directory) {
        this.harness = harness;
        this.directory = directory;
    }

    boolean hasRoom() {
        return running.stream().filter(one -> !one.isDone()).count() < AT_ONCE;
    }

    void begin(long revision) {
        Path log = directory.resolve("restore-" + logs.size() + ".log");
        Path file = directory.resolve("restore-" + logs.size() + ".db");
        logs.add(log);
        running.add(threads.submit(() -> restore(revision, file, log)));
    }

    private Outcome restore(long revision, Path file, Path log) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(ServiceProcess.command("restore", harness.settingsFile()));
        command.addAll(List.of("--to", Long.toString(revision), "--no-bump", "-o", file.toString()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("a restore of " + revision + " never ends:\n" + Files.readString(log));
            }
            if (process.exitValue() != 0) {
                assertThat(file).as("what a failed restore leaves").doesNotExist();
                return new Outcome(revision, process.exitValue(), Optional.empty(), log);
            }
            NavigableMap<byte[], KeyState> state = Keyspaces.inFile(file, revision);
            Files.delete(file);
            return new Outcome(revision, 0, Optional.of(state), log);
        } finally {
            process.destroyForcibly();
        }
    }

    /** Holds those that have ended against the oracle: each is right, or an honest error. */
    void check(Oracle oracle) throws IOException {
        for (int i = running.size() - 1; i >= 0; i--) {
            if (running.get(i).isDone()) {
                check(oracle, outcome(running.remove(i)));
            }
        }
    }

    /** Waits for all that were begun, and checks them. */
    void finish(Oracle oracle) throws IOException {
        while (!running.isEmpty()) {
            check(oracle, outcome(running.remove(0)));
        }
    }

    private static Outcome outcome(Future<Outcome> one) {
        try {
            return one.get();
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private void check(Oracle oracle, Outcome outcome) throws IOException {
        codes.merge(outcome.code(), 1, Integer::sum);
        if (outcome.state().isPresent()) {
            assertThat(Keyspaces.differences(outcome.state().get(), oracle.stateAt(outcome.revision())))
                    .as("a restore of %d that says it went well", outcome.revision())
                    .isEmpty();
        } else {
            assertThat(outcome.code())
                    .as("a restore of %d: %s", outcome.revision(), Files.readString(outcome.log()))
                    .isIn(Failure.VERIFICATION.exitCode(), Failure.UNAVAILABLE.exitCode());
        }
    }

    /** How many ended with which code. */
    Map<Integer, Integer> codes() {
        return codes;
    }

    List<Path> logs() {
        return logs;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
