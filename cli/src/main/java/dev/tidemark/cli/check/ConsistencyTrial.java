package dev.tidemark.cli.check;

import dev.tidemark.archive.store.MissingObjectException;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.schemas.Failure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What is written is seen at once by reads and listings over any connection, and what is deleted by none. */
final class ConsistencyTrial {
    private static final int OBJECTS = 25;
    private static final int READERS = 4;

    private final Trial trial;

    ConsistencyTrial(Trial trial) {
        this.trial = trial;
    }

    Finding writes(String name) {
        List<String> wrong = new ArrayList<>();
        for (int n = 0; n < OBJECTS; n++) {
            String object = object(n);
            // A store that remembers that there was nothing would answer so afterwards.
            trial.atOnce(READERS, reader -> trial.store().exists(object) || isListed(object));
            byte[] bytes = Trial.bytes(object);
            trial.store().put(object, bytes);
            trial.atOnce(READERS, reader -> seen(object, bytes)).stream()
                    .filter(what -> !what.isEmpty())
                    .findFirst()
                    .ifPresent(wrong::add);
        }
        return wrong.isEmpty()
                ? Finding.ok(
                        name,
                        OBJECTS + " objects, each read and listed over " + READERS
                                + " connections as soon as it was written")
                : inconsistent(name, wrong);
    }

    Finding deletions(String name) {
        List<String> wrong = new ArrayList<>();
        for (int n = 0; n < OBJECTS; n++) {
            String object = object(n);
            trial.store().delete(object);
            trial.atOnce(READERS, reader -> gone(object)).stream()
                    .filter(what -> !what.isEmpty())
                    .findFirst()
                    .ifPresent(wrong::add);
        }
        trial.store().delete(object(0));
        return wrong.isEmpty()
                ? Finding.ok(name, OBJECTS + " objects, each gone for every reader as soon as it was deleted")
                : inconsistent(name, wrong);
    }

    private static Finding inconsistent(String name, List<String> wrong) {
        return Finding.fail(
                name,
                Failure.VERIFICATION,
                "of " + OBJECTS + " objects " + wrong.size() + " went wrong; " + wrong.get(0),
                "use a store whose reads and listings see every write at once, and no cache before it");
    }

    /** What a reader does not see as it is; empty if it sees all. */
    private String seen(String object, byte[] bytes) {
        try {
            if (!Arrays.equals(trial.store().get(object), bytes)) {
                return object + " was read with other bytes than had been written before";
            }
        } catch (MissingObjectException e) {
            return object + " could not be read although it had been written before";
        }
        if (trial.store().stat(object).isEmpty()) {
            return object + " was said not to exist although it had been written before";
        }
        return isListed(object) ? "" : object + " was not listed although it had been written before";
    }

    private String gone(String object) {
        if (trial.store().exists(object)) {
            return object + " was said to exist although it had been deleted before";
        }
        return isListed(object) ? object + " was listed although it had been deleted before" : "";
    }

    private boolean isListed(String object) {
        return trial.store().list(object, "", 1).stream().map(ObjectInfo::name).anyMatch(object::equals);
    }

    private String object(int n) {
        return trial.name(String.format(Locale.ROOT, "seen/%02d", n));
    }
}
