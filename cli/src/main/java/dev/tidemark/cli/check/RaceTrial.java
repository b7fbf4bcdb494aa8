package dev.tidemark.cli.check;

import dev.tidemark.archive.store.CreateOutcome;
import dev.tidemark.archive.store.MissingObjectException;
import dev.tidemark.schemas.Failure;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/** Of any number of writers of one name exactly one may win, the others must be told, and its bytes stay. */
final class RaceTrial {
    private static final int NAMES = 200;
    private static final int WRITERS = 16;
    private static final Duration BUDGET = Duration.ofSeconds(60);
    private static final Duration START = Duration.ofSeconds(30);
    private static final String USE_ANOTHER =
            "use a store that honours it (MinIO and AWS S3 do): two compactors could both commit here";

    private final Trial trial;
    private final LongSupplier nanoTime;

    /**
     * What one writer met with one name.
     *
     * @param seen what it read right after; empty if it was told that there is nothing
     */
    private record Met(CreateOutcome outcome, String seen) {}

    RaceTrial(Trial trial, LongSupplier nanoTime) {
        this.trial = trial;
        this.nanoTime = nanoTime;
    }

    Finding look(String name) {
        String plain = trial.name("create");
        CreateOutcome first = trial.store().createIfAbsent(plain, Trial.bytes("first"));
        CreateOutcome second = trial.store().createIfAbsent(plain, Trial.bytes("second"));
        boolean replaced = !Arrays.equals(trial.store().get(plain), Trial.bytes("first"));
        if (first == CreateOutcome.CREATED && (second == CreateOutcome.CREATED || replaced)) {
            return Finding.fail(
                    name,
                    Failure.REFUSED,
                    "the store accepts If-None-Match and ignores it: a name that was taken was created again"
                            + (replaced ? ", and the bytes that stood there are replaced" : ""),
                    USE_ANOTHER);
        }
        return race(name);
    }

    private Finding race(String name) {
        long begun = nanoTime.getAsLong();
        List<String> wrong = new ArrayList<>();
        int unknown = 0;
        int raced = 0;
        CyclicBarrier start = new CyclicBarrier(WRITERS);
        while (raced < NAMES && nanoTime.getAsLong() - begun < BUDGET.toNanos()) {
            String object = trial.name(String.format(Locale.ROOT, "race/%03d", raced++));
            List<Met> met = trial.atOnce(WRITERS, writer -> write(start, object, writer));
            String stands = read(object);
            unknown += (int) met.stream()
                    .filter(one -> one.outcome() == CreateOutcome.UNKNOWN)
                    .count();
            judge(met, stands).forEach(what -> wrong.add(object + ": " + what));
        }
        if (!wrong.isEmpty()) {
            return Finding.fail(
                    name,
                    Failure.REFUSED,
                    "If-None-Match is not atomic: of " + raced + " names, each created by " + WRITERS
                            + " writers at once, " + wrong.size() + " went wrong; " + wrong.get(0),
                    USE_ANOTHER);
        }
        String all =
                raced + " names, each created by " + WRITERS + " writers at once: one winner each, the others told,"
                        + " all readers see the winner's bytes"
                        + (unknown == 0 ? "" : "; " + unknown + " writers got no answer, which is no fault");
        return raced == NAMES
                ? Finding.ok(name, all)
                : Finding.warn(
                        name,
                        all + "; " + (NAMES - raced) + " names were not tried within " + BUDGET.toSeconds() + " s",
                        "the store is slow: commits will be");
    }

    private Met write(CyclicBarrier start, String object, int writer) {
        try {
            start.await(START.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (BrokenBarrierException | TimeoutException e) {
            throw new IllegalStateException("the writers do not meet", e);
        }
        CreateOutcome outcome = trial.store().createIfAbsent(object, Trial.bytes("writer " + writer));
        return new Met(outcome, outcome == CreateOutcome.UNKNOWN ? "" : read(object));
    }

    private String read(String object) {
        try {
            return new String(trial.store().get(object), StandardCharsets.UTF_8);
        } catch (MissingObjectException e) {
            return "";
        }
    }

    /** What is wrong with one name; nothing if all is well. */
    private static List<String> judge(List<Met> met, String stands) {
        List<String> wrong = new ArrayList<>();
        List<String> winners = new ArrayList<>();
        for (int writer = 0; writer < met.size(); writer++) {
            if (met.get(writer).outcome() == CreateOutcome.CREATED) {
                winners.add("writer " + writer);
            }
        }
        boolean certain = met.stream().noneMatch(one -> one.outcome() == CreateOutcome.UNKNOWN);
        if (winners.size() > 1) {
            wrong.add(winners.size() + " writers were told that they created it");
        } else if (winners.isEmpty() && certain) {
            wrong.add("every writer was told that another one was faster");
        } else if (winners.size() == 1 && !winners.contains(stands)) {
            wrong.add(winners.get(0) + " was told that it created it, but there stands \"" + stands + "\"");
        }
        TreeSet<String> seen = new TreeSet<>();
        met.stream().filter(one -> one.outcome() != CreateOutcome.UNKNOWN).forEach(one -> seen.add(one.seen()));
        seen.remove(stands);
        if (!seen.isEmpty()) {
            wrong.add("somebody read " + seen + " where \"" + stands + "\" stands: bytes changed after they were seen");
        }
        return wrong;
    }
}
