package dev.tidemark.sandbox;

import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A long-lived child that cannot outlive this JVM ({@link Watchdog}). Thread-safe. */
public final class ChildProcess {
    private static final Duration DEATH = Duration.ofSeconds(20);

    private final Process process;

    private ChildProcess(Process process) {
        this.process = process;
    }

    /** Starts the command with its output appended to the log. */
    public static ChildProcess start(List<String> command, Map<String, String> environment, Path directory, Path log) {
        ProcessBuilder builder = new ProcessBuilder(Watchdog.over(command))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        Surroundings.enter(builder, environment);
        try {
            return new ChildProcess(builder.start());
        } catch (IOException e) {
            throw new SandboxException(Failure.UNAVAILABLE, "cannot start " + command.get(0) + ": " + e, "", e);
        }
    }

    long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** With what it ended; it must have. */
    public int exitCode() {
        return process.exitValue();
    }

    /** Ends the child with SIGKILL; returns when it is gone. */
    public void kill() {
        process.toHandle().destroyForcibly();
        awaitDeath();
    }

    /** Asks to end, and kills what doesn't within the given time. */
    void stop(Duration patience) {
        signal("CONT");
        // Not Process.destroy(): that closes the watchdog's pipe, and the watchdog would kill instead.
        process.toHandle().destroy();
        if (!hasEndedWithin(patience)) {
            kill();
        }
    }

    /** Sends a signal by its name without SIG; a dead process is left alone. */
    void signal(String name) {
        if (!isAlive()) {
            return;
        }
        try {
            // the shell's own: a machine may be without the program
            Command.of("/bin/sh", "-c", "kill -" + name + " " + pid()).stdout();
        } catch (SandboxException e) {
            if (isAlive()) {
                throw e;
            }
            // it died between the look and the signal
        }
    }

    private void awaitDeath() {
        if (!hasEndedWithin(DEATH)) {
            throw new SandboxException(Failure.INTERNAL, "process " + pid() + " survives SIGKILL", "");
        }
    }

    private boolean hasEndedWithin(Duration patience) {
        try {
            return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            process.toHandle().destroyForcibly();
            Thread.currentThread().interrupt();
            throw new SandboxException(Failure.INTERNAL, "interrupted while process " + pid() + " ends", "", e);
        }
    }
}
