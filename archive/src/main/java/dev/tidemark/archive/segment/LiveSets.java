package dev.tidemark.archive.segment;

import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.schemas.avro.LiveSet;
import dev.tidemark.schemas.avro.ObjectRef;
import java.util.function.Function;
import org.roaringbitmap.RoaringBitmap;

/** Live sets as they rest in manifests: RoaringBitmap's portable form, run-optimised. */
@SuppressWarnings("DoNotCallSuggester")
public final class LiveSets {
    /** Larger ones become an object of their own. */
    public static final int INLINE_BYTES = 64 << 10;

    private LiveSets() {}

    /**
     * The set as a manifest holds it.
     *
     * @param store called only for a set of more than {@link #INLINE_BYTES}: puts the bytes into the archive and names
     *     them
     */
    public static LiveSet write(RoaringBitmap live, Function<byte[], ObjectRef> store) {
        throw new UnsupportedOperationException();
    }

    /**
     * The bitmap of a live set, checked; may be shared, nobody writes into it.
     *
     * @param root what stands before the set's object's name in the store: empty, or ends in a slash
     * @param owner the manifest's name, for messages
     */
    public static RoaringBitmap read(LiveSet set, ObjectStore store, String root, String owner) {
        throw new UnsupportedOperationException();
    }
}
