package dev.tidemark.cli.check;

import dev.tidemark.archive.store.CreateOutcome;
import dev.tidemark.archive.store.MissingObjectException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One name that many writers created, what each of them met, and what is wrong with that. Immutable.
 *
 * @param met what each writer met, in the order of their numbers
 * @param stands what was read when all of them were told; empty if there is nothing
 */
record Race(List<Met> met, String stands) {
    private static final Duration START = Duration.ofSeconds(30);

    /**
     * What one writer met.
     *
     * @param seen what it read right after; empty if it was told that there is nothing, or was not told that it is there
     */
    record Met(CreateOutcome outcome, String seen) {}

    Race {
        met = List.copyOf(met);
    }

    /** Lets that many writers create the name at once. */
    static Race of(Trial trial, String object, int writers) {
        CyclicBarrier start = new CyclicBarrier(writers);
        List<Met> met = trial.atOnce(writers, writer -> {
            await(start);
            return write(trial, object, writer);
        });
        return new Race(met, read(trial, object));
    }

    /** The same race with one more writer, who comes when all others have their answers. */
    Race andALatecomer(Trial trial, String object) {
        List<Met> all = new ArrayList<>(met);
        all.add(write(trial, object, met.size()));
        return new Race(all, read(trial, object));
    }

    private static void await(CyclicBarrier start) {
        try {
            start.await(START.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (BrokenBarrierException | TimeoutException e) {
            throw new IllegalStateException("the writers do not meet", e);
        }
    }

    private static Met write(Trial trial, String object, int writer) {
        CreateOutcome outcome = trial.store().createIfAbsent(object, Trial.bytes("writer " + writer));
        return new Met(outcome, outcome == CreateOutcome.UNKNOWN ? "" : read(trial, object));
    }

    private static String read(Trial trial, String object) {
        try {
            return new String(trial.store().get(object), StandardCharsets.UTF_8);
        } catch (MissingObjectException e) {
            return "";
        }
    }

    /** How many writers got no answer: which is no fault, but may hide one. */
    int unanswered() {
        return (int)
                met.stream().filter(one -> one.outcome == CreateOutcome.UNKNOWN).count();
    }

    /** What is wrong, whatever became of those that got no answer; nothing if all is well. */
    List<String> wrong() {
        List<String> wrong = new ArrayList<>();
        List<String> winners = new ArrayList<>();
        for (int writer = 0; writer < met.size(); writer++) {
            if (met.get(writer).outcome == CreateOutcome.CREATED) {
                winners.add("writer " + writer);
            }
        }
        if (winners.size() > 1) {
            wrong.add(winners.size() + " writers were told that they created it");
        } else if (winners.isEmpty() && unanswered() == 0) {
            wrong.add("every writer was told that another one was faster");
        } else if (winners.size() == 1 && !winners.contains(stands)) {
            wrong.add(winners.get(0) + " was told that it created it, but there stands \"" + stands + "\"");
        }
        TreeSet<String> seen = new TreeSet<>();
        met.stream().filter(one -> one.outcome != CreateOutcome.UNKNOWN).forEach(one -> seen.add(one.seen));
        seen.remove(stands);
        if (!seen.isEmpty()) {
            wrong.add("somebody read " + seen + " where \"" + stands + "\" stands: bytes changed after they were seen");
        }
        return wrong;
    }
}
