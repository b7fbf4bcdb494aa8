package dev.tidemark.restorer.history;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.schemas.Failure;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Supplier;

/**
 * Reads levels, later synthetic bases and proofs of time: they are worked out from the rest of the archive, so where one of
 * them is damaged or gone, the rest is read. Thread-safe.
 */
final class Derived {
    private final Set<String> doneWithout = new ConcurrentSkipListSet<>();

    <T> T read(Supplier<T> reading, T without) {
        try {
            return reading.get();
        } catch (ArchiveException e) {
            doWithout(e);
            return without;
        }
    }

    /** Passes over damage; anything else that can go wrong is thrown. */
    void doWithout(ArchiveException failure) {
        if (failure.failure() != Failure.VERIFICATION) {
            throw failure;
        }
        doneWithout.add(failure.getMessage());
    }

    /** What is damaged, and was not needed. */
    Set<String> doneWithout() {
        return doneWithout;
    }
}
