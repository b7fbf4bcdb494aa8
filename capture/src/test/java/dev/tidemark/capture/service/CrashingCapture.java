package dev.tidemark.capture.service;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.store.ArchiveSettings;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.archive.store.ObjectStores;
import dev.tidemark.capture.CaptureSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

/** A capture in a JVM of its own that dies on the spot at a named step, as kill -9 would make it. */
final class CrashingCapture {
    private static final int KILLED = 137;

    /** Where it dies: a line that it is about to log, or an object that it has just put. */
    enum Step {
        BEFORE_THE_FIRST_RECORD_IS_SENT("a transaction begins"),
        BETWEEN_THE_RECORDS_OF_A_TRANSACTION("a record of"),
        /** The same, with all records that are passed unharmed in one transaction. */
        BETWEEN_THE_RECORDS_OF_A_LARGE_TRANSACTION("a record of"),
        IN_THE_TRANSACTION("a transaction of"),
        AFTER_THE_COMMIT("committed up to offset"),
        AFTER_A_SEGMENT_OF_THE_BASE(".avro"),
        BEFORE_THE_BASE_HAS_ITS_DESCRIPTOR("side.avro"),
        BEFORE_THE_BASE_IS_ANNOUNCED("base of revision");

        private final String sign;

        Step(String sign) {
            this.sign = sign;
        }

        boolean isInTheArchive() {
            return sign.endsWith(".avro");
        }
    }

    private CrashingCapture() {}

    /** Arguments: endpoint, bootstrap servers, topic, spool, archive, step, and how many times it is passed unharmed. */
    public static void main(String[] arguments) {
        Step step = Step.valueOf(arguments[5]);
        int[] left = {Integer.parseInt(arguments[6])};
        if (!step.isInTheArchive()) {
            dieAtLog(step, left);
        }
        CaptureSettings settings = CapturePlace.settings(
                arguments[0],
                arguments[1],
                arguments[2],
                new CaptureSettings.Spool(Path.of(arguments[3]), 1 << 20, 1L << 30));
        ArchiveSettings archive =
                ArchiveSettings.inDirectory(Path.of(arguments[4]).toUri()).creating();
        try (ObjectStore store = ObjectStores.open(archive)) {
            ObjectStore deadly = step.isInTheArchive() ? dyingAfter(store, step.sign, left) : store;
            new Capture(settings, new ClusterArchive(deadly, "prod")).run();
        }
    }

    private static void dieAtLog(Step step, int[] left) {
        int unharmed = left[0];
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.addTurboFilter(new TurboFilter() {
            @Override
            public FilterReply decide(
                    Marker marker, Logger logger, Level level, String format, Object[] parameters, Throwable error) {
                if (step == Step.BETWEEN_THE_RECORDS_OF_A_LARGE_TRANSACTION
                        && format != null
                        && format.startsWith("a transaction begins")) {
                    left[0] = unharmed;
                } else if (format != null && format.startsWith(step.sign)) {
                    pass(left);
                }
                return FilterReply.NEUTRAL;
            }
        });
    }

    private static ObjectStore dyingAfter(ObjectStore store, String sign, int[] left) {
        return (ObjectStore) Proxy.newProxyInstance(
                CrashingCapture.class.getClassLoader(),
                new Class<?>[] {ObjectStore.class},
                (proxy, method, arguments) -> {
                    try {
                        Object answer = method.invoke(store, arguments);
                        if (method.getName().equals("put")
                                && String.valueOf(arguments[0]).endsWith(sign)) {
                            pass(left);
                        }
                        return answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static synchronized void pass(int[] left) {
        if (left[0]-- == 0) {
            Runtime.getRuntime().halt(KILLED);
        }
    }

    /** Runs one until it has died at its step. */
    static void untilDead(
            String heap,
            Step step,
            int unharmed,
            String endpoint,
            String bootstrapServers,
            String topic,
            Path scratch) {
        List<String> words = new ArrayList<>(CaptureProcess.command(
                CrashingCapture.class, heap, "spool", endpoint, bootstrapServers, topic, scratch));
        words.addAll(List.of(step.name(), Integer.toString(unharmed)));
        try {
            Process process = new ProcessBuilder(words).inheritIO().start();
            try {
                if (!process.waitFor(90, TimeUnit.SECONDS) || process.exitValue() != KILLED) {
                    throw new AssertionError("did not die at " + step + ": "
                            + (process.isAlive() ? "it still runs" : "exit code " + process.exitValue()));
                }
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
