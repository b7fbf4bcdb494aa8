package dev.tidemark.capture.spool;

import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.topic.TopicEvent;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What waits between the source and the topic, in order. */
public sealed interface Item {
    /** The id of the generation that it belongs to. */
    String generation();

    /** Hands this item to the method of its kind. */
    void accept(Visitor visitor);

    /** One method for each kind of item. */
    interface Visitor {
        void changes(Changes item);

        void progress(Progress item);

        void gate(Gate item);

        void ready(Ready item);

        void side(Side item);
    }

    /**
     * Whole consecutive revisions, stamped.
     *
     * @param bytes about what they take in memory
     */
    record Changes(String generation, List<Change> changes, long bytes) implements Item {
        private static final long OBJECT_BYTES = 160;

        /** Changes and what they take. */
        public static Changes of(String generation, List<Change> changes) {
            long bytes = 0;
            for (Change change : changes) {
                bytes += OBJECT_BYTES + change.key().length + change.value().length;
            }
            return new Changes(generation, changes, bytes);
        }

        /** Their first revision. */
        public long first() {
            return changes.get(0).main();
        }

        /** Their last revision. */
        public long last() {
            return changes.get(changes.size() - 1).main();
        }

        @Override
        public void accept(Visitor visitor) {
            visitor.changes(this);
        }
    }

    /** The source has proven that everything up to a revision was delivered. */
    record Progress(String generation, long revision, long atMillis) implements Item {
        @Override
        public void accept(Visitor visitor) {
            visitor.progress(this);
        }
    }

    /**
     * A generation begins here, but its base revision is not known yet: whoever takes this waits for it.
     *
     * @param opened the generation once its snapshot is there; cancelled if the attempt is given up, and then everything
     *     of this generation is dropped
     */
    record Gate(String generation, CompletableFuture<TopicEvent.GenerationOpened> opened) implements Item {
        @Override
        public void accept(Visitor visitor) {
            visitor.gate(this);
        }
    }

    /** A base stands in the archive. */
    record Ready(TopicEvent.BaseReady event) implements Item {
        @Override
        public String generation() {
            return event.generation();
        }

        @Override
        public void accept(Visitor visitor) {
            visitor.ready(this);
        }
    }

    /** A later side state stands in the archive. */
    record Side(TopicEvent.SideReady event) implements Item {
        @Override
        public String generation() {
            return event.generation();
        }

        @Override
        public void accept(Visitor visitor) {
            visitor.side(this);
        }
    }
}
