package dev.tidemark.etcd.rpc;

import dev.tidemark.schemas.Change;
import java.util.List;

/** What a watch has to say, one at a time. */
public sealed interface WatchSignal {
    /** Hands this signal to the method of its kind. */
    <T> T accept(Visitor<T> visitor);

    /** One method for each kind of signal. */
    interface Visitor<T> {
        T created(Created created);

        T revisions(Revisions revisions);

        T progress(Progress progress);

        T compacted(Compacted compacted);

        T refused(Refused refused);

        T idle(Idle idle);
    }

    /**
     * The watch stands. Says nothing about what was delivered.
     *
     * @param header who serves it; its revision is the store's, not the watch's position
     */
    record Created(EtcdHeader header) implements WatchSignal {
        @Override
        public <T> T accept(Visitor<T> visitor) {
            return visitor.created(this);
        }
    }

    /**
     * Whole consecutive revisions, in order of (main, sub), right after those before them. Times are 0: whoever
     * captures them stamps them.
     *
     * @param changes at least one
     * @param header who sent them; its revision may exceed what is still to come, so it is no progress
     */
    record Revisions(List<Change> changes, EtcdHeader header) implements WatchSignal {
        public Revisions {
            if (changes.isEmpty()) {
                throw new IllegalArgumentException("revisions without a change");
            }
        }

        /** The first main revision. */
        public long first() {
            return changes.get(0).main();
        }

        /** The last main revision. */
        public long last() {
            return changes.get(changes.size() - 1).main();
        }

        @Override
        public <T> T accept(Visitor<T> visitor) {
            return visitor.revisions(this);
        }
    }

    /**
     * All revisions up to {@code header.revision()} have been delivered: a true progress notification.
     *
     * @param header who said so, and up to which revision
     */
    record Progress(EtcdHeader header) implements WatchSignal {
        /** The revision up to which everything was delivered. */
        public long revision() {
            return header.revision();
        }

        @Override
        public <T> T accept(Visitor<T> visitor) {
            return visitor.progress(this);
        }
    }

    /**
     * A compaction overtook the watch, which is over: revisions below {@code compactRevision} that were not delivered
     * are gone.
     *
     * @param compactRevision the source's compact revision
     */
    record Compacted(long compactRevision) implements WatchSignal {
        @Override
        public <T> T accept(Visitor<T> visitor) {
            return visitor.compacted(this);
        }
    }

    /**
     * The source refused the watch, which is over.
     *
     * @param why the kind of refusal
     * @param reason the source's own words
     */
    record Refused(Why why, String reason) implements WatchSignal {
        /** What kind of refusal it is. */
        public enum Why {
            /** The token died; a new watch of the same client authenticates anew. */
            TOKEN,
            /** The user may not watch all keys. */
            PERMISSION,
            /** Anything else. */
            OTHER
        }

        @Override
        public <T> T accept(Visitor<T> visitor) {
            return visitor.refused(this);
        }
    }

    /**
     * No signal within the time given.
     *
     * @param messages how many the watch has received in all: a large revision needs many before it is a signal
     */
    record Idle(long messages) implements WatchSignal {
        @Override
        public <T> T accept(Visitor<T> visitor) {
            return visitor.idle(this);
        }
    }
}
