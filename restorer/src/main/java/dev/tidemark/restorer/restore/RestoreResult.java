package dev.tidemark.restorer.restore;

import dev.tidemark.restorer.plan.RestorePlan;
import dev.tidemark.schemas.LeaseTtl;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What was restored.
 *
 * @param plan what was read
 * @param path the file; empty if it went to a stream
 * @param bytes its length
 * @param sha256 of all its bytes, lower-case hex
 * @param revision the restored revision
 * @param keys how many keys are live
 * @param hash of a database, what a member started from it answers to HashKV at its revision; empty for other formats and
 *     if no key is live
 * @param bumpedTo the revision that the database was moved to; empty if it has the restored one
 * @param leases the leases of the live keys; none for other formats than a database
 * @param authAsOf the revision of the snapshot that users and roles are from; empty if none were written
 * @param millis how long it took
 */
public record RestoreResult(
        RestorePlan plan,
        Optional<Path> path,
        long bytes,
        String sha256,
        long revision,
        long keys,
        OptionalLong hash,
        OptionalLong bumpedTo,
        Leases leases,
        OptionalLong authAsOf,
        long millis) {
    /**
     * The leases of the live keys.
     *
     * @param kept those whose time to live is known
     * @param guessed those that got the time to live for unknown ones
     */
    public record Leases(List<LeaseTtl> kept, List<LeaseTtl> guessed) {
        /** No lease at all. */
        static final Leases NONE = new Leases(List.of(), List.of());

        public Leases {
            kept = List.copyOf(kept);
            guessed = List.copyOf(guessed);
        }

        /** The same leases with another time to live. */
        Leases withTtl(long seconds) {
            return new Leases(withTtl(kept, seconds), withTtl(guessed, seconds));
        }

        private static List<LeaseTtl> withTtl(List<LeaseTtl> leases, long seconds) {
            return leases.stream()
                    .map(lease -> new LeaseTtl(lease.id(), seconds))
                    .toList();
        }
    }
}
