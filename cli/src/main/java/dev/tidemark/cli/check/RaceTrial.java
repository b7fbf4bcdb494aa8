package dev.tidemark.cli.check;

import dev.tidemark.archive.store.CreateOutcome;
import dev.tidemark.schemas.Failure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Of any number of writers of one name exactly one may win, the others must be told, and its bytes stay. */
final class RaceTrial {
    private static final int NAMES = 200;
    private static final int WRITERS = 16;
    private static final Duration BUDGET = Duration.ofSeconds(60);
    private static final String USE_ANOTHER =
            "use a store that honours it (MinIO and AWS S3 do): two compactors could both commit here";

    private final Trial trial;
    private final LongSupplier nanoTime;

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
        while (raced < NAMES && nanoTime.getAsLong() - begun < BUDGET.toNanos()) {
            String object = trial.name(String.format(Locale.ROOT, "race/%03d", raced++));
            Race race = Race.of(trial, object, WRITERS);
            unknown += race.unanswered();
            race.wrong().forEach(what -> wrong.add(object + ": " + what));
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
}
