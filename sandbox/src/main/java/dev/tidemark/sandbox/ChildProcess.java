package dev.tidemark.sandbox;

import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A long-lived child that cannot outlive this JVM. The shell that becomes the server leaves a watchdog behind, which
 * reads from a pipe that only this JVM holds open: however the JVM ends, by kill -9 too, the kernel closes the pipe, and
 * the watchdog kills the server if it is still its parent (a pid may have been given to another process since).
 *
 * <p>Thread-safe.
 */
public final class ChildProcess {
    private static final String WATCHED =
            """
            exec 3<&0
            ( trap '' HUP INT TERM
              read -r _ <&3
              if [ -r /proc/self/stat ]; then read -r _ _ _ parent _ < /proc/self/stat; else parent=$$; fi
              [ "$parent" = $$ ] && kill -KILL $$
            ) </dev/null >/dev/null 2>&1 &
            exec "$@" </dev/null 3<&-
            """;
    private static final Duration DEATH = Duration.ofSeconds(20);

    private final Process process;

    private ChildProcess(Process process) {
        this.process = process;
    }

    /** Starts the command with its output appended to the log. */
    public static ChildProcess start(List<String> command, Map<String, String> environment, Path directory, Path log) {
        List<String> words = new ArrayList<>(List.of("/bin/sh", "-c", WATCHED, "sandbox"));
        words.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(words)
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
