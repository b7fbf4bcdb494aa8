package dev.tidemark.sandbox;

import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A short-lived program: runs within a bounded time and gives its standard output, or fails with what it said. It does not
 * outlive this JVM ({@link Watchdog}).
 */
record Command(List<String> words, Map<String, String> environment, Path directory, Duration patience) {
    private static final Path ANYWHERE = Path.of(System.getProperty("java.io.tmpdir"));
    private static final int LONGEST_WORD = 200;
    private static final int TAIL = 4000;

    static Command of(String... words) {
        return new Command(List.of(words), Map.of(), ANYWHERE, Duration.ofMinutes(1));
    }

    static Command of(List<String> words) {
        return new Command(List.copyOf(words), Map.of(), ANYWHERE, Duration.ofMinutes(1));
    }

    Command with(Map<String, String> variables) {
        return new Command(words, variables, directory, patience);
    }

    Command in(Path where) {
        return new Command(words, environment, where, patience);
    }

    Command within(Duration time) {
        return new Command(words, environment, directory, time);
    }

    /** Standard output of a run that ended with exit code 0; anything else is a {@link SandboxException}. */
    String stdout() {
        try {
            Path out = Files.createTempFile("tidemark-command", ".out");
            Path err = Files.createTempFile("tidemark-command", ".err");
            try {
                return run(out, err);
            } finally {
                Files.delete(out);
                Files.delete(err);
            }
        } catch (IOException e) {
            throw failed("cannot be run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed("was interrupted", e);
        }
    }

    private String run(Path out, Path err) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(Watchdog.over(words))
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        Surroundings.enter(builder, environment);
        Process process = builder.start();
        try {
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw failed("did not end within " + patience.toSeconds() + " s: " + tail(err), null);
            }
        } finally {
            process.destroyForcibly();
            process.getOutputStream().close();
        }
        if (process.exitValue() != 0) {
            throw failed("ended with code " + process.exitValue() + ": " + tail(err) + tail(out), null);
        }
        return Files.readString(out, StandardCharsets.UTF_8);
    }

    private SandboxException failed(String what, Throwable cause) {
        return new SandboxException(Failure.UNAVAILABLE, shown() + " " + what, "", cause);
    }

    /** The words without those that only a machine can read, such as a class path. */
    private String shown() {
        return words.stream()
                .map(word -> word.length() > LONGEST_WORD ? word.substring(0, LONGEST_WORD) + "…" : word)
                .collect(Collectors.joining(" "));
    }

    /** The end of a log, at most 4,000 bytes. */
    static String tail(Path log) throws IOException {
        byte[] all = Files.readAllBytes(log);
        int from = Math.max(0, all.length - TAIL);
        return new String(all, from, all.length - from, StandardCharsets.UTF_8).strip();
    }
}
