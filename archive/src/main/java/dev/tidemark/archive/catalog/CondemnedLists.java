package dev.tidemark.archive.catalog;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.store.MissingObjectException;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.archive.store.StoreUnavailableException;
import dev.tidemark.schemas.avro.Condemned;
import dev.tidemark.schemas.avro.CondemnedObject;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The lists of objects that nothing names, each under the next free number until its objects are deleted. How long one
 * has been there is told by the store's clock. Thread-safe; several may write at once.
 */
public final class CondemnedLists {
    /** More than there ever are. */
    private static final int MOST = 100_000;

    private final ClusterObjects objects;
    private final ObjectCodec codec;
    private final SchemaObjects schemas;

    CondemnedLists(ClusterObjects objects, ObjectCodec codec, SchemaObjects schemas) {
        this.objects = objects;
        this.codec = codec;
        this.schemas = schemas;
    }

    /** The lists by their names in the store, with the times when they were written. */
    public List<ObjectInfo> all() {
        return objects.store().list(objects.full(ArchiveLayout.condemned()), "", MOST);
    }

    /** What a list holds; empty if it is damaged or gone: its objects are found again. */
    public Optional<List<CondemnedObject>> read(ObjectInfo list) {
        try {
            byte[] bytes = objects.get(list.name().substring(objects.root().length()), Envelope::isWhole);
            return Optional.of(decode(list.name(), bytes).getObjects());
        } catch (DamagedObjectException | MissingObjectException e) {
            return Optional.empty();
        }
    }

    /**
     * Checks the bytes of a list.
     *
     * @throws DamagedObjectException if they are not those of the list of that name
     */
    public void check(String name, byte[] bytes) {
        decode(name, bytes);
    }

    private Condemned decode(String name, byte[] bytes) {
        Condemned list = codec.decode(name, ObjectKind.CONDEMNED, Condemned.class, bytes);
        if (list.getSeq() != ArchiveLayout.sequence(name)) {
            throw new DamagedObjectException(
                    name,
                    "seq is " + list.getSeq() + ", but its name says " + ArchiveLayout.sequence(name) + ": swapped");
        }
        return list;
    }

    /** Writes a list that fits into one object. */
    public void write(List<CondemnedObject> condemned) {
        schemas.writeRetention();
        long seq = objects.newestLeft(ArchiveLayout.condemned())
                        .map(ArchiveLayout::sequence)
                        .orElse(-1L)
                + 1;
        while (!create(seq, condemned)) {
            seq++;
        }
    }

    private boolean create(long seq, List<CondemnedObject> condemned) {
        String name = ArchiveLayout.link(ArchiveLayout.condemned(), seq);
        byte[] bytes =
                ObjectCodec.encode(ObjectKind.CONDEMNED, new Condemned(ObjectCodec.FORMAT_VERSION, seq, condemned));
        objects.createIfAbsent(name, bytes);
        if (!objects.exists(name)) {
            throw new StoreUnavailableException(
                    objects.full(name) + " could not be written to "
                            + objects.store().uri(),
                    "nothing is deleted before it is; run tidemark expire again",
                    null);
        }
        return Arrays.equals(objects.get(name), bytes);
    }
}
