package dev.tidemark.cli;

import dev.tidemark.sandbox.ChildProcess;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One of Tidemark's services in a JVM of its own, so that a kill is one; it ends with this JVM at the latest. */
final class ServiceProcess implements AutoCloseable {
    private final String verb;
    private final Path settings;
    private final Path log;
    private ChildProcess child;

    /**
     * A service that does not run yet.
     *
     * @param verb {@code capture} or {@code compact}
     * @param settings the settings file, in the directory where the log will stand
     */
    ServiceProcess(String verb, Path settings) {
        this.verb = verb;
        this.settings = settings;
        this.log = settings.resolveSibling(verb + ".log");
    }

    /** Starts it, for the first time or again. */
    void start() {
        startWith();
    }

    /** Starts it with more options. */
    void startWith(String... options) {
        List<String> words = new ArrayList<>(command(verb, settings));
        words.addAll(List.of(options));
        child = ChildProcess.start(words, Map.of(), settings.getParent(), log);
    }

    /** What runs a verb in a JVM of its own. */
    static List<String> command(String verb, Path settings) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath(),
                Tidemark.class.getName(),
                verb,
                "--config",
                settings.toString());
    }

    boolean isAlive() {
        return child.isAlive();
    }

    /** The code with which it ended by itself. */
    int exitCode() {
        return child.exitCode();
    }

    /** Ends it with SIGKILL; it must have been running. */
    void kill() {
        requireAlive();
        child.kill();
    }

    /** Fails with its log if it has ended by itself. */
    void requireAlive() {
        if (!child.isAlive()) {
            throw new AssertionError("tidemark " + verb + " has ended by itself:\n" + log());
        }
    }

    /** What it has said, over all its starts. */
    String log() {
        try {
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    @Override
    public void close() {
        if (child != null && child.isAlive()) {
            child.kill();
        }
    }
}
