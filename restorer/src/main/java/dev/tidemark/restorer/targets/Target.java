package dev.tidemark.restorer.targets;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/** A moment as an operator names it; what it means stands in docs/cli.md. */
public sealed interface Target {
    /** The newest revision that is known. */
    record Latest() implements Target {
        @Override
        public String toString() {
            return "latest";
        }
    }

    /**
     * A revision.
     *
     * @param generation the generation that is meant; empty if only one can be
     * @param revision the main revision, at least 1
     */
    record AtRevision(Optional<String> generation, long revision) implements Target {
        @Override
        public String toString() {
            return generation.map(id -> id + ":" + revision).orElseGet(() -> Long.toString(revision));
        }
    }

    /** The last revision that was surely committed by a time. */
    record AtTime(Instant time) implements Target {
        @Override
        public String toString() {
            return time.toString();
        }
    }

    /** The last revision at which a key that was deleted later still lived. */
    record BeforeDelete(byte[] key) implements Target {
        @Override
        public boolean equals(Object o) {
            return o instanceof BeforeDelete other && Arrays.equals(key, other.key);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(key);
        }

        @Override
        public String toString() {
            return "before-delete:" + new String(key, StandardCharsets.UTF_8);
        }
    }

    /** The newest revision. */
    static Target latest() {
        return new Latest();
    }

    /** A revision that only one generation holds. */
    static Target revision(long revision) {
        return new AtRevision(Optional.empty(), revision);
    }

    /** A revision of one generation. */
    static Target revision(String generation, long revision) {
        return new AtRevision(Optional.of(generation), revision);
    }

    /** A time. */
    static Target time(Instant time) {
        return new AtTime(time);
    }

    /** Just before a key's last deletion. */
    static Target beforeDelete(byte[] key) {
        return new BeforeDelete(key);
    }

    /**
     * Parses one of the forms of docs/cli.md.
     *
     * @param clock what relative times count from
     * @throws TargetSyntaxException if it is none of them
     */
    static Target parse(String text, Clock clock) {
        return TargetParser.parse(text, clock);
    }
}
