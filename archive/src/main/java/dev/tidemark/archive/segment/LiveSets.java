package dev.tidemark.archive.segment;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.archive.store.SoundReads;
import dev.tidemark.schemas.avro.LiveSet;
import dev.tidemark.schemas.avro.ObjectRef;
import dev.tidemark.schemas.avro.SegmentRef;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.roaringbitmap.RoaringBitmap;

/** Live sets as they rest in manifests: RoaringBitmap's portable form, run-optimised. */
public final class LiveSets {
    /** Larger ones become an object of their own. */
    public static final int INLINE_BYTES = 64 << 10;

    private LiveSets() {}

    /**
     * The set as a manifest holds it.
     *
     * @param room how many bytes the manifest still has for it; more than {@link #INLINE_BYTES} make no difference
     * @param store called only for a set of more than that: puts the bytes into the archive and names them
     */
    public static LiveSet write(RoaringBitmap live, int room, Function<byte[], ObjectRef> store) {
        RoaringBitmap compact = live.clone();
        compact.runOptimize();
        byte[] bytes = new byte[compact.serializedSizeInBytes()];
        compact.serialize(ByteBuffer.wrap(bytes));
        long cardinality = live.getLongCardinality();
        return bytes.length <= Math.min(INLINE_BYTES, room)
                ? new LiveSet(cardinality, ByteBuffer.wrap(bytes), null)
                : new LiveSet(cardinality, null, store.apply(bytes));
    }

    /**
     * The bitmap of a live set, checked; may be shared, nobody writes into it.
     *
     * @param segment the segment whose records it names
     * @param root what stands before the set's object's name in the store: empty, or ends in a slash
     * @param owner the manifest's name, for messages
     */
    public static RoaringBitmap read(LiveSet set, SegmentRef segment, ObjectStore store, String root, String owner) {
        RoaringBitmap live = read(set, store, root, owner);
        if (!live.isEmpty() && Integer.toUnsignedLong(live.last()) >= segment.getRecords()) {
            throw new DamagedObjectException(
                    owner,
                    "its live set of " + segment.getData().getName() + " names record "
                            + Integer.toUnsignedString(live.last()) + ", but there are " + segment.getRecords());
        }
        return live;
    }

    private static RoaringBitmap read(LiveSet set, ObjectStore store, String root, String owner) {
        if (set.getInlined() != null) {
            return parse(set.getInlined().duplicate(), set.getCardinality(), owner);
        }
        ObjectRef ref = set.getObject();
        if (ref == null) {
            throw new DamagedObjectException(owner, "holds a live set that is neither inlined nor an object");
        }
        String name = root + ref.getName();
        Predicate<byte[]> named = bytes ->
                bytes.length == ref.getBytes() && Checksums.sha256Hex(bytes).equals(ref.getSha256());
        byte[] bytes = SoundReads.get(store, name, named);
        if (!named.test(bytes)) {
            throw new DamagedObjectException(name, "is not the live set that " + owner + " names");
        }
        return parse(ByteBuffer.wrap(bytes), set.getCardinality(), name);
    }

    private static RoaringBitmap parse(ByteBuffer bytes, long cardinality, String object) {
        RoaringBitmap live = new RoaringBitmap();
        try {
            live.deserialize(bytes);
        } catch (IOException | RuntimeException e) {
            throw new DamagedObjectException(object, "a live set cannot be read", e);
        }
        if (live.getLongCardinality() != cardinality) {
            throw new DamagedObjectException(
                    object, "a live set has " + live.getLongCardinality() + " records instead of " + cardinality);
        }
        return live;
    }
}
