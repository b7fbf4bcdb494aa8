package dev.tidemark.cli.check;

import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.schemas.Failure;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** The archive's store: that it answers, what our user may do, and that it honours what commits rest on. */
final class StoreChecks {
    private static final int RACERS = 8;
    private static final int RACES = 3;

    private final Supplier<ObjectStore> opening;
    private final Supplier<Optional<List<String>>> expirations;
    private final SealingCheck sealing;
    private final String attempt;
    private final Executor threads;

    /**
     * @param opening opens the store, as who only reads does
     * @param expirations the store's own rules that would delete from the archive; empty if they cannot be read
     * @param sealing whether the keys are the right ones
     * @param attempt a name that nobody used before
     */
    StoreChecks(
            Supplier<ObjectStore> opening,
            Supplier<Optional<List<String>>> expirations,
            SealingCheck sealing,
            String attempt,
            Executor threads) {
        this.opening = opening;
        this.expirations = expirations;
        this.sealing = sealing;
        this.attempt = attempt;
        this.threads = threads;
    }

    void run(Findings findings) {
        ObjectStore[] opened = new ObjectStore[1];
        try {
            boolean reachable = findings.check("archive", name -> {
                opened[0] = opening.get();
                opened[0].list("", "", 1);
                return Finding.ok(name, opened[0].uri().toString());
            });
            if (!reachable) {
                findings.skip(
                        "the archive cannot be used",
                        "archive permissions",
                        "archive create-if-absent",
                        "archive encryption",
                        "archive lifecycle");
                return;
            }
            boolean writable = findings.check("archive permissions", name -> permissions(name, opened[0]));
            if (writable) {
                findings.check("archive create-if-absent", name -> race(name, opened[0]));
            } else {
                findings.skip("nothing can be written", "archive create-if-absent");
            }
            findings.check("archive encryption", sealing::run);
            findings.check("archive lifecycle", name -> lifecycle(name, expirations));
        } finally {
            if (opened[0] != null) {
                opened[0].close();
            }
        }
    }

    private Finding permissions(String name, ObjectStore store) {
        String object = ArchiveLayout.probes() + attempt + "/object";
        byte[] bytes = attempt.getBytes(StandardCharsets.UTF_8);
        store.put(object, bytes);
        boolean same = Arrays.equals(store.get(object), bytes);
        boolean listed = store.list(object, "", 1).size() == 1;
        store.delete(object);
        if (!same || !listed || store.exists(object)) {
            return Finding.fail(
                    name,
                    Failure.VERIFICATION,
                    "an object that was written is not there, or one that was deleted is: the store is not consistent",
                    "use a store whose reads and listings see every write at once");
        }
        return Finding.ok(name, "put, get, list and delete are allowed");
    }

    /** Of any number of writers of one name at most one may win, and the others must be told. */
    private Finding race(String name, ObjectStore store) {
        Trial trial = new Trial(store, ArchiveLayout.probes() + attempt + "/", threads);
        try {
            return race(name, trial);
        } finally {
            trial.named().forEach(store::delete);
        }
    }

    private static Finding race(String name, Trial trial) {
        int unanswered = 0;
        for (int n = 0; n < RACES; n++) {
            String object = trial.name("race/" + n);
            Race race = Race.of(trial, object, RACERS).andALatecomer(trial, object);
            if (!race.wrong().isEmpty()) {
                return Finding.fail(
                        name,
                        Failure.REFUSED,
                        "the store does not honour If-None-Match: of " + RACERS
                                + " writers of one name at once, and one" + " after them, "
                                + String.join("; ", race.wrong()),
                        "use a store that does (MinIO and AWS S3 do): commits rest on it");
            }
            if (race.unanswered() == 0) {
                return Finding.ok(name, "one of " + RACERS + " writers of a name won, the others were told");
            }
            unanswered += race.unanswered();
        }
        return Finding.fail(
                name,
                Failure.UNAVAILABLE,
                "of " + RACES + " names, each created by " + RACERS + " writers at once, and one after them, none was"
                        + " answered to all of them: " + unanswered + " writers got no answer",
                "try again when the store, and the way to it, are less busy; nothing is known of If-None-Match so far");
    }

    static Finding lifecycle(String name, Supplier<Optional<List<String>>> expirations) {
        Optional<List<String>> rules = expirations.get();
        if (rules.isEmpty()) {
            return Finding.skip(name, "this user may not read the bucket's lifecycle rules");
        }
        return rules.get().isEmpty()
                ? Finding.ok(name, "no rule of the store deletes from the archive")
                : Finding.fail(
                        name,
                        Failure.REFUSED,
                        String.join("; ", rules.get()),
                        "remove it: what it deletes, backups still count on");
    }
}
