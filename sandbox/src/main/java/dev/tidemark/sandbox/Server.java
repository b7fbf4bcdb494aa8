package dev.tidemark.sandbox;

import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * A real server as a child process on loopback ports of its own. It keeps ports and data over {@link #kill}, {@link
 * #stop} and {@link #start}; it ends with this JVM however that ends. Not thread-safe, except {@link #kill}, {@link
 * #pause} and {@link #resume}, which any thread may call.
 */
public abstract sealed class Server implements AutoCloseable permits EtcdServer, KafkaServer, MinioServer {
    private static final Duration PROBE_PAUSE = Duration.ofMillis(25);

    private final String name;
    private final ServerDirectory directory;
    private final Duration startPatience;
    private volatile ChildProcess child;

    Server(String name, ServerDirectory directory, Duration startPatience) {
        this.name = name;
        this.directory = directory;
        this.startPatience = startPatience;
    }

    abstract List<String> command();

    abstract Map<String, String> environment();

    /** Whether the server serves; an exception means not yet. */
    abstract boolean isReady() throws IOException;

    /** Starts the server on its ports and data and returns once it serves; does nothing if it runs. */
    public final void start() {
        if (isAlive()) {
            return;
        }
        child = ChildProcess.start(command(), environment(), path(), log());
        awaitReady();
    }

    private void awaitReady() {
        long deadline = System.nanoTime() + startPatience.toNanos();
        while (!probe()) {
            if (!child.isAlive()) {
                throw failed("ended with code " + child.exitCode() + " while starting");
            }
            if (System.nanoTime() - deadline > 0) {
                child.kill();
                throw failed("did not serve within " + startPatience.toSeconds() + " s");
            }
            Pause.of(PROBE_PAUSE);
        }
    }

    private boolean probe() {
        try {
            return isReady();
        } catch (IOException notYet) {
            return false;
        }
    }

    private SandboxException failed(String what) {
        try {
            return new SandboxException(
                    Failure.UNAVAILABLE, name + " " + what + ", its log ends with:\n" + Command.tail(log()), "");
        } catch (IOException e) {
            return new SandboxException(Failure.UNAVAILABLE, name + " " + what, "its log is unreadable", e);
        }
    }

    /** Ends the server as a power cut of the process would, with SIGKILL; returns when it is gone. */
    public final void kill() {
        child.kill();
    }

    /** Stops the server gracefully; after 20 s it is killed. */
    public final void stop() {
        child.stop(Duration.ofSeconds(20));
    }

    /** Stops the server gracefully and starts it again on the same ports and data. */
    public final void restart() {
        stop();
        start();
    }

    /** Freezes the server with SIGSTOP: its connections stay open, and nothing answers. */
    public final void pause() {
        child.signal("STOP");
    }

    /** Lets a paused server go on. */
    public final void resume() {
        child.signal("CONT");
    }

    public final boolean isAlive() {
        return child != null && child.isAlive();
    }

    /** The process id of the running server. */
    public final long pid() {
        return child.pid();
    }

    /** Everything the server has written to its standard output and error, over all its starts. */
    public final Path log() {
        return path().resolve("server.log");
    }

    /** The server's own directory, with its data and its log. */
    public final Path path() {
        return directory.path();
    }

    /** Leaves the data behind when the server is closed. */
    public final void keep() {
        directory.keep();
    }

    /** Kills the server and deletes its data, unless they were given a directory of their own or are to be kept. */
    @Override
    public final void close() {
        if (isAlive()) {
            kill();
        }
        directory.close();
    }

    /** Starts a server that nobody holds yet: if it doesn't come up, nothing of it is left. */
    static <S extends Server> S started(S server) {
        try {
            server.start();
            return server;
        } catch (SandboxException e) {
            server.close();
            throw e;
        }
    }

    /** Starts servers that become ready only together, at once; those that run already go on. */
    static void startTogether(List<? extends Server> servers) {
        List<CompletableFuture<Void>> starts = servers.stream()
                .map(server -> CompletableFuture.runAsync(server::start, task -> new Thread(task).start()))
                .toList();
        // All of them must have ended before anybody cleans up after one.
        List<Throwable> failures = starts.stream()
                .map(start -> start.handle((done, error) -> error).join())
                .filter(Objects::nonNull)
                .toList();
        if (!failures.isEmpty()) {
            throw failures.get(0).getCause() instanceof SandboxException known
                    ? known
                    : new CompletionException(failures.get(0));
        }
    }

    static Path created(Path directory) {
        try {
            return Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
