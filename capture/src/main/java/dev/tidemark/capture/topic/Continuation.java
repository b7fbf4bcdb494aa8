package dev.tidemark.capture.topic;

import dev.tidemark.capture.generation.TailState;
import dev.tidemark.schemas.DensityException;
import dev.tidemark.schemas.SchemaException;
import dev.tidemark.schemas.topic.TopicDecoder;
import dev.tidemark.schemas.topic.TopicEvent;
import dev.tidemark.schemas.topic.TopicVisitor;
import java.io.Closeable;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Tells which of the records after the topic's readable end continue it: revisions that follow each other, whole ones
 * only, the opening of the next generation, and announcements that were not made yet. What only tells time does not count,
 * nor does what stands there twice. Not thread-safe.
 */
final class Continuation implements Closeable {
    private final byte[] key;
    private final Path spool;
    private final Words words = new Words();
    private final Set<Long> offsets = new HashSet<>();
    /** Where the parts of the revision stand that is not whole yet. */
    private final Set<Long> parts = new HashSet<>();

    private TopicDecoder decoder;
    private String generation;
    private long last;
    private String base;

    /**
     * @param readable what is readable
     * @param key the key of the cluster's records
     * @param spool a directory for the parts of large revisions
     */
    Continuation(TailState readable, byte[] key, Path spool) {
        this.key = key;
        this.spool = spool;
        this.decoder = new TopicDecoder(spool);
        this.generation = readable.generation();
        this.last = readable.last();
        this.base = readable.lastBase();
    }

    /** Looks at the next record. */
    void take(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null || !Arrays.equals(key, record.key())) {
            return;
        }
        boolean inside = decoder.isInsideRevision();
        if (!isDecoded(record) && inside) {
            // the revision that was open has no end: this record may begin another one
            isDecoded(record);
        }
    }

    /** Whether the record at an offset continues the topic. */
    boolean has(long offset) {
        return offsets.contains(offset);
    }

    /** How many records continue the topic. */
    int size() {
        return offsets.size();
    }

    /** The last revision, with what continues the topic. */
    long last() {
        return last;
    }

    private boolean isDecoded(ConsumerRecord<byte[], byte[]> record) {
        words.continues = false;
        try {
            decoder.decode(record.value(), words);
        } catch (SchemaException | DensityException none) {
            // none of ours, or a part without those before it
            decoder.close();
            decoder = new TopicDecoder(spool);
            parts.clear();
            return false;
        }
        parts.add(record.offset());
        if (!decoder.isInsideRevision()) {
            if (words.continues) {
                offsets.addAll(parts);
            }
            parts.clear();
        }
        return true;
    }

    @Override
    public void close() {
        decoder.close();
    }

    /** Looks at what a record says. */
    private final class Words implements TopicVisitor {
        private final Set<String> sides = new HashSet<>();
        private boolean continues;

        @Override
        public void opened(TopicEvent.GenerationOpened event) {
            String before = event.previous() == null ? "" : event.previous().generation();
            continues = generation.isEmpty()
                    || (before.equals(generation) && !event.generation().equals(generation));
            if (continues) {
                generation = event.generation();
                last = event.baseRevision();
                base = "";
            }
        }

        @Override
        public void revisions(TopicEvent.Revisions event) {
            continues = event.generation().equals(generation) && event.range().first() == last + 1;
            if (continues) {
                last = event.range().last();
            }
        }

        @Override
        public void baseReady(TopicEvent.BaseReady event) {
            continues =
                    event.generation().equals(generation) && !event.descriptor().equals(base);
            if (continues) {
                base = event.descriptor();
            }
        }

        @Override
        public void sideReady(TopicEvent.SideReady event) {
            continues = event.generation().equals(generation) && sides.add(event.object());
        }

        @Override
        public void progress(TopicEvent.Progress event) {
            continues = false;
        }

        @Override
        public void tick(TopicEvent.Tick event) {
            continues = false;
        }
    }
}
