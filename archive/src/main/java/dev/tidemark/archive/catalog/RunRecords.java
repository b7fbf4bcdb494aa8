package dev.tidemark.archive.catalog;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.store.CreateOutcome;
import dev.tidemark.archive.store.MissingObjectException;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.archive.store.StoreUnavailableException;
import dev.tidemark.schemas.avro.DrillRun;
import dev.tidemark.schemas.avro.VerifyRun;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongFunction;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * What is kept of verifications and drills: small objects, each under the next free number, that mean nothing to readers
 * of the archive. Thread-safe; several may record at once.
 */
public final class RunRecords {
    private static final byte[] QUESTION = "its name says when".getBytes(StandardCharsets.US_ASCII);
    private static final int MOST_QUESTIONS = 100;

    private final ClusterObjects objects;
    private final ObjectCodec codec;
    private final SchemaObjects schemas;

    RunRecords(ClusterObjects objects, ObjectCodec codec, SchemaObjects schemas) {
        this.objects = objects;
        this.codec = codec;
        this.schemas = schemas;
    }

    /**
     * The newest verification.
     *
     * @throws dev.tidemark.archive.DamagedObjectException if its record is damaged
     */
    public Optional<VerifyRun> newestVerification() {
        return newest(ArchiveLayout.verifications(), ObjectKind.VERIFY_RUN, VerifyRun.class);
    }

    /**
     * The newest drill.
     *
     * @throws dev.tidemark.archive.DamagedObjectException if its record is damaged
     */
    public Optional<DrillRun> newestDrill() {
        return newest(ArchiveLayout.drills(), ObjectKind.DRILL_RUN, DrillRun.class);
    }

    /**
     * Records a verification under the next number.
     *
     * @param numbered makes the record for a number
     */
    public void recordVerification(LongFunction<VerifyRun> numbered) {
        record(ArchiveLayout.verifications(), seq -> ObjectCodec.encode(ObjectKind.VERIFY_RUN, numbered.apply(seq)));
    }

    /**
     * Records a drill under the next number.
     *
     * @param numbered makes the record for a number
     */
    public void recordDrill(LongFunction<DrillRun> numbered) {
        record(ArchiveLayout.drills(), seq -> ObjectCodec.encode(ObjectKind.DRILL_RUN, numbered.apply(seq)));
    }

    /**
     * Notes that the source is about to be asked for something that takes writes from it, unless somebody else notes the same
     * for a time within {@code pause} of that: of two that come together at most one is let through.
     *
     * @return the other's time, milliseconds since the epoch; empty if this one was noted, and may ask
     */
    public OptionalLong ask(long atMillis, Duration pause) {
        String own = ArchiveLayout.link(ArchiveLayout.questions(), atMillis);
        CreateOutcome outcome = objects.createIfAbsent(own, QUESTION);
        List<Long> others = objects.store().list(objects.full(ArchiveLayout.questions()), "", MOST_QUESTIONS).stream()
                .map(ObjectInfo::name)
                .map(ArchiveLayout::sequence)
                .filter(at -> at != atMillis)
                .toList();
        if (outcome != CreateOutcome.CREATED) {
            return OptionalLong.of(atMillis);
        }
        OptionalLong near = others.stream()
                .mapToLong(Long::longValue)
                .filter(at -> Math.abs(at - atMillis) < pause.toMillis())
                .findFirst();
        try {
            if (near.isPresent()) {
                objects.store().delete(objects.full(own));
            } else {
                others.stream().filter(at -> at < atMillis).forEach(old -> objects.store()
                        .delete(objects.full(ArchiveLayout.link(ArchiveLayout.questions(), old))));
            }
        } catch (ArchiveException e) {
            // What is left there is looked at for a minute, and taken away by a later run; the answer is known.
        }
        return near;
    }

    /** The format version that records say. */
    public static int formatVersion() {
        return ObjectCodec.FORMAT_VERSION;
    }

    private <T extends SpecificRecordBase> Optional<T> newest(String chain, ObjectKind kind, Class<T> type) {
        try {
            return objects.newestLeft(chain).map(name -> read(name, kind, type));
        } catch (MissingObjectException gone) {
            // deleted since it was listed, or the listing's bytes were wrong
            return objects.newestLeft(chain).map(name -> read(name, kind, type));
        }
    }

    private <T extends SpecificRecordBase> T read(String name, ObjectKind kind, Class<T> type) {
        T record = codec.decode(objects.full(name), kind, type, objects.get(name, Envelope::isWhole));
        long seq = (long) record.get(record.getSchema().getField("seq").pos());
        if (seq != ArchiveLayout.sequence(name)) {
            throw new DamagedObjectException(
                    objects.full(name),
                    "seq is " + seq + ", but its name says " + ArchiveLayout.sequence(name) + ": swapped");
        }
        return record;
    }

    private void record(String chain, LongFunction<byte[]> bytes) {
        schemas.writeRuns();
        long seq = objects.newestLeft(chain).map(ArchiveLayout::sequence).orElse(-1L) + 1;
        while (!create(ArchiveLayout.link(chain, seq), bytes.apply(seq))) {
            seq++;
        }
    }

    /** Whether the object stands there now; not if somebody else took the name. */
    private boolean create(String name, byte[] bytes) {
        objects.createIfAbsent(name, bytes);
        try {
            return Arrays.equals(objects.get(name), bytes);
        } catch (MissingObjectException e) {
            throw new StoreUnavailableException(
                    objects.full(name) + " could not be written to "
                            + objects.store().uri(),
                    "the run itself is over; only its record is missing",
                    e);
        }
    }
}
