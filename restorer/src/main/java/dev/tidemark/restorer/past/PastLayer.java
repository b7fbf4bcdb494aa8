package dev.tidemark.restorer.past;

import dev.tidemark.archive.segment.Segment;
import dev.tidemark.schemas.Change;
import java.util.Map;
import java.util.Optional;

/**
 * A part of a plan in which versions of keys are looked up. Of a key that several layers know, the latest one's version
 * is newest. Thread-safe.
 */
interface PastLayer {
    /**
     * The newest version of a key in a layer.
     *
     * @param segment the segment that holds its record; empty where the key does not live
     * @param main its main revision
     * @param sub its sub revision
     */
    record Found(Optional<Segment> segment, long main, long sub) {
        /** Its record. */
        Change read() {
            return segment.orElseThrow().read(main, sub);
        }
    }

    /** The newest version of a key that is not newer than a revision. */
    Optional<Found> find(byte[] key, long revision);

    /** The same of all keys that begin with a prefix, by key. */
    Map<byte[], Found> newest(byte[] prefix, long revision);
}
