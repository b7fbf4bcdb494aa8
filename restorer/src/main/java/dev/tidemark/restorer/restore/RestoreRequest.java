package dev.tidemark.restorer.restore;

import dev.tidemark.restorer.RestoreException;
import dev.tidemark.restorer.output.Output;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.schemas.Failure;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is to be restored, and how.
 *
 * @param target the moment
 * @param format the form of the output
 * @param output where it goes
 * @param prefix only keys that begin so
 * @param bump whether a database may be moved past the newest known revision
 * @param historyFrom the compaction revision since which a database keeps every record; empty: only the state
 * @param auth what becomes of users and roles
 * @param leaseTerms how long leases live
 * @param unknownLeaseTtl the time to live of leases of which none is known
 */
public record RestoreRequest(
        Target target,
        Format format,
        Output output,
        Optional<byte[]> prefix,
        Bump bump,
        OptionalLong historyFrom,
        Auth auth,
        LeaseTerms leaseTerms,
        Duration unknownLeaseTtl) {
    /** What leases get of which no time to live is known. */
    public static final Duration UNKNOWN_LEASE_TTL = Duration.ofHours(1);

    /** The form of the output. */
    public enum Format {
        /** An official etcd snapshot. */
        DATABASE,
        /** One JSON document a line, one for each live key, in revision order. */
        NDJSON,
        /** An Avro container of segment records, one for each live key, in revision order. */
        AVRO
    }

    /** Whether a database of an older revision is moved past the newest known one, so that no client waits for ever. */
    public enum Bump {
        /** Below the newest known revision, with room to spare. */
        PAST_NEWEST,
        /** Never: the database has the revision that was asked for. */
        NONE
    }

    /** What becomes of users and roles. */
    public enum Auth {
        /** They are as the base's snapshot had them. */
        KEEP,
        /** There are none, and authentication is off. */
        DROP
    }

    /** How long the leases of a database live. */
    public enum LeaseTerms {
        /** As long as they were granted. */
        AS_GRANTED,
        /** Longer than anybody will look: what is booted from it stays as it is. */
        WITHOUT_END
    }

    public RestoreRequest {
        if (format != Format.DATABASE && historyFrom.isPresent()) {
            throw wrong("only a database can hold a history", "leave out --history-from, or --format");
        }
        if (historyFrom.isPresent() && historyFrom.getAsLong() < 1) {
            throw wrong(
                    "a history cannot start at revision " + historyFrom.getAsLong(),
                    "--history-from takes a revision from 1 up to the restored one");
        }
        if (unknownLeaseTtl.toSeconds() < 1) {
            throw wrong("a lease cannot live for " + unknownLeaseTtl.toMillis() + " ms", "a second is the least");
        }
    }

    private static RestoreException wrong(String problem, String hint) {
        return new RestoreException(Failure.USAGE, problem, hint);
    }

    /** The state at a moment as a database, with what the command line does unless told otherwise. */
    public static RestoreRequest database(Target target, Output output) {
        return new RestoreRequest(
                target,
                Format.DATABASE,
                output,
                Optional.empty(),
                Bump.PAST_NEWEST,
                OptionalLong.empty(),
                Auth.KEEP,
                LeaseTerms.AS_GRANTED,
                UNKNOWN_LEASE_TTL);
    }

    /** The same in another form. */
    public RestoreRequest as(Format other) {
        return new RestoreRequest(target, other, output, prefix, bump, historyFrom, auth, leaseTerms, unknownLeaseTtl);
    }

    /** The same of the keys that begin with {@code bytes} alone. */
    public RestoreRequest withPrefix(byte[] bytes) {
        return new RestoreRequest(
                target, format, output, Optional.of(bytes), bump, historyFrom, auth, leaseTerms, unknownLeaseTtl);
    }

    /** The same at exactly the asked revision. */
    public RestoreRequest withoutBump() {
        return new RestoreRequest(
                target, format, output, prefix, Bump.NONE, historyFrom, auth, leaseTerms, unknownLeaseTtl);
    }

    /** The same with every record since a compaction revision; a history is never moved. */
    public RestoreRequest withHistoryFrom(long compacted) {
        return new RestoreRequest(
                target,
                format,
                output,
                prefix,
                Bump.NONE,
                OptionalLong.of(compacted),
                auth,
                leaseTerms,
                unknownLeaseTtl);
    }

    /** The same with users and roles kept or dropped. */
    public RestoreRequest withAuth(Auth other) {
        return new RestoreRequest(
                target, format, output, prefix, bump, historyFrom, other, leaseTerms, unknownLeaseTtl);
    }

    /** The same with leases that don't run out. */
    public RestoreRequest withEndlessLeases() {
        return new RestoreRequest(
                target, format, output, prefix, bump, historyFrom, auth, LeaseTerms.WITHOUT_END, unknownLeaseTtl);
    }

    /** The same with another time to live for leases of which none is known. */
    public RestoreRequest withUnknownLeaseTtl(Duration ttl) {
        return new RestoreRequest(target, format, output, prefix, bump, historyFrom, auth, leaseTerms, ttl);
    }
}
