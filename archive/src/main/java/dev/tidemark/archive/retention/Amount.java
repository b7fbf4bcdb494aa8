package dev.tidemark.archive.retention;

import dev.tidemark.schemas.avro.CondemnedObject;
import java.util.Collection;

/** A number of objects, and the bytes that they have. */
public record Amount(long objects, long bytes) {
    /** Nothing. */
    public static final Amount NONE = new Amount(0, 0);

    static Amount of(Collection<CondemnedObject> objects) {
        return new Amount(
                objects.size(),
                objects.stream().mapToLong(CondemnedObject::getBytes).sum());
    }

    Amount plus(Amount other) {
        return new Amount(objects + other.objects, bytes + other.bytes);
    }
}
