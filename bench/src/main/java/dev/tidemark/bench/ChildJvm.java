package dev.tidemark.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Starts and ends a part of the product in a JVM of its own, on this JVM's class path. */
final class ChildJvm {
    private static final long GRACE_SECONDS = 30;

    private ChildJvm() {}

    /**
     * Starts a class. Its errors are thrown away; its standard output is the caller's to read.
     *
     * @param launcher what the JVM is started with, such as {@code nice}; may be empty
     * @param options the JVM's
     */
    static Process start(List<String> launcher, List<String> options, Class<?> main, List<String> arguments) {
        List<String> words = new ArrayList<>(launcher);
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(options);
        words.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        words.addAll(arguments);
        try {
            return new ProcessBuilder(words)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** For the child: however the benchmark ends, its end of this process's standard input is closed then. */
    static void endWithTheParent() {
        Thread waiting = new Thread(
                () -> {
                    try {
                        System.in.transferTo(OutputStream.nullOutputStream());
                    } catch (IOException gone) {
                        // as good as its end
                    }
                    Runtime.getRuntime().halt(1);
                },
                "parent");
        waiting.setDaemon(true);
        waiting.start();
    }

    /** Ends a child in order, so that the flight recorder can write its file. */
    static void end(Process process) {
        // not Process.destroy(): that closes the pipe at once, and the child would halt
        process.toHandle().destroy();
        try {
            if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
