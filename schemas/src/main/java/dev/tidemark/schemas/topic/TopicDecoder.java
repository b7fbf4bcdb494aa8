package dev.tidemark.schemas.topic;

import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.DensityException;
import dev.tidemark.schemas.LeaseTtl;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.RevisionSequence;
import dev.tidemark.schemas.SchemaException;
import dev.tidemark.schemas.TidemarkException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.apache.avro.AvroTypeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.ResolvingDecoder;

/**
 * Reads the revisions topic's records. The parts of a large revision gather in a file, not on the heap, and are visited
 * when the last one is there and the checksum agrees. Not thread-safe.
 *
 * <p>Density inside a record is checked here; between records it is the caller's to check, with
 * {@link RevisionSequence}.
 */
public final class TopicDecoder implements Closeable {
    private final WriterSchemas schemas;
    private final PartAssembly assembly;

    /**
     * A decoder for records of this version.
     *
     * @param spool an existing directory for the parts of large revisions
     */
    public TopicDecoder(Path spool) {
        this(spool, List.of());
    }

    /**
     * A decoder for records of this version and of others.
     *
     * @param spool an existing directory for the parts of large revisions
     * @param former schemas of other versions, as they stand in the archive
     */
    public TopicDecoder(Path spool, Collection<Schema> former) {
        this.schemas = new WriterSchemas(former);
        this.assembly = new PartAssembly(spool, schemas);
    }

    /**
     * Decodes one record and tells the visitor what it says; a part of a revision says nothing before the last one.
     *
     * @throws SchemaException if the bytes are damaged, of an unknown schema, or a part out of order
     * @throws DensityException if the revisions inside the record are not consecutive
     */
    public void decode(byte[] record, TopicVisitor visitor) {
        WriterSchemas.Known known = schemas.of(record);
        if (known.name().equals("WireRevisionPart")) {
            PartAssembly.Part part = read(known, record, PartAssembly.Part::read);
            assembly.add(part, visitor);
            return;
        }
        assembly.requireNone(known.name());
        switch (known.name()) {
            case "WireRevisionBatch" -> visitor.revisions(read(known, record, in -> batch(in, record.length)));
            case "WireGenerationOpened" -> visitor.opened(control(known, record, TopicDecoder::opened));
            case "WireBaseReady" -> visitor.baseReady(control(known, record, TopicDecoder::baseReady));
            case "WireSideReady" -> visitor.sideReady(control(known, record, TopicDecoder::sideReady));
            case "WireProgress" -> visitor.progress(control(known, record, TopicDecoder::progress));
            case "WireTick" -> visitor.tick(control(known, record, TopicDecoder::tick));
            default -> throw known.damaged(new IOException("does not stand in a topic by itself"));
        }
    }

    /** Whether a record was written by another version of Tidemark, whose schemas this one does not know. */
    public boolean isOfAnotherVersion(byte[] record) {
        return schemas.isUnknown(record);
    }

    /** Whether parts of a revision have come, and others have not: the place between two records is inside a revision. */
    public boolean isInsideRevision() {
        return assembly.isOpen();
    }

    /**
     * Whether a record goes on with a revision that began in a record before it: who starts to read in the middle of the
     * topic skips such records.
     */
    public boolean isContinuation(byte[] record) {
        WriterSchemas.Known known = schemas.of(record);
        return known.name().equals("WireRevisionPart")
                && read(known, record, PartAssembly.Part::read).part() > 0;
    }

    @Override
    public void close() {
        assembly.close();
    }

    private static TopicEvent.Revisions batch(ResolvingDecoder in, int bytes) throws IOException {
        String generation = null;
        List<LeaseTtl> leases = List.of();
        List<Change> changes = new ArrayList<>();
        for (Schema.Field field : in.readFieldOrder()) {
            switch (field.name()) {
                case "generation" -> generation = in.readString();
                case "leases" -> leases = leases(in);
                case "revisions" -> revisions(in, changes);
                default -> throw new AvroTypeException("unexpected field " + field.name());
            }
        }
        if (changes.isEmpty()) {
            throw new AvroTypeException("a batch without revisions");
        }
        RevisionRange range = new RevisionRange(
                changes.get(0).main(), changes.get(changes.size() - 1).main());
        return new TopicEvent.Revisions(generation, range, leases, changes, bytes);
    }

    private static void revisions(ResolvingDecoder in, List<Change> changes) throws IOException {
        RevisionCursor cursor = new RevisionCursor(in);
        RevisionSequence sequence = null;
        for (long n = in.readArrayStart(); n != 0; n = in.arrayNext()) {
            for (long i = 0; i < n; i++) {
                cursor.open();
                if (sequence == null) {
                    sequence = new RevisionSequence("revisions in a record", cursor.main() - 1);
                }
                sequence.accept(cursor.main());
                while (cursor.hasNext()) {
                    changes.add(cursor.next());
                }
            }
        }
    }

    static List<LeaseTtl> leases(ResolvingDecoder in) throws IOException {
        List<LeaseTtl> leases = new ArrayList<>();
        for (long n = in.readArrayStart(); n != 0; n = in.arrayNext()) {
            for (long i = 0; i < n; i++) {
                leases.add(lease(in));
            }
        }
        return leases;
    }

    private static LeaseTtl lease(ResolvingDecoder in) throws IOException {
        long id = 0;
        long ttl = 0;
        for (Schema.Field field : in.readFieldOrder()) {
            switch (field.name()) {
                case "id" -> id = in.readLong();
                case "ttlSeconds" -> ttl = in.readLong();
                default -> throw new AvroTypeException("unexpected field " + field.name());
            }
        }
        return new LeaseTtl(id, ttl);
    }

    private static TopicEvent.GenerationOpened opened(GenericRecord wire) {
        GenericRecord previous = (GenericRecord) wire.get("previous");
        return new TopicEvent.GenerationOpened(
                text(wire, "generation"),
                text(wire, "cluster"),
                number(wire, "sourceClusterId"),
                text(wire, "sourceVersion"),
                number(wire, "baseRevision"),
                number(wire, "openedAtMillis"),
                previous == null ? null : end(previous));
    }

    private static GenerationEnd end(GenericRecord wire) {
        return new GenerationEnd(
                text(wire, "generation"),
                number(wire, "lastRevision"),
                GenerationEnd.Cause.valueOf(text(wire, "cause")),
                text(wire, "detail"),
                number(wire, "holeFirst"),
                number(wire, "holeLast"));
    }

    private static TopicEvent.BaseReady baseReady(GenericRecord wire) {
        return new TopicEvent.BaseReady(
                text(wire, "generation"),
                number(wire, "baseRevision"),
                text(wire, "descriptor"),
                text(wire, "descriptorSha256"));
    }

    private static TopicEvent.SideReady sideReady(GenericRecord wire) {
        return new TopicEvent.SideReady(
                text(wire, "generation"),
                number(wire, "revision"),
                number(wire, "authRevision"),
                number(wire, "takenAtMillis"),
                text(wire, "object"),
                number(wire, "bytes"),
                text(wire, "sha256"));
    }

    private static TopicEvent.Progress progress(GenericRecord wire) {
        return new TopicEvent.Progress(text(wire, "generation"), number(wire, "revision"), number(wire, "atMillis"));
    }

    private static TopicEvent.Tick tick(GenericRecord wire) {
        return new TopicEvent.Tick(text(wire, "generation"), number(wire, "atMillis"));
    }

    private static String text(GenericRecord wire, String field) {
        return wire.get(field).toString();
    }

    private static long number(GenericRecord wire, String field) {
        return (Long) wire.get(field);
    }

    private <T> T control(WriterSchemas.Known known, byte[] record, Function<GenericRecord, T> words) {
        return read(known, record, in -> words.apply(new ResolvedReader(known.reader()).read(in)));
    }

    private <T> T read(WriterSchemas.Known known, byte[] record, Reader<T> reader) {
        try {
            ResolvingDecoder in = schemas.decoder(known, record);
            T read = reader.read(in);
            schemas.requireEnd(in);
            return read;
        } catch (TidemarkException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw known.damaged(e);
        }
    }

    /** Lets Avro's own reader go on with a decoder that already resolves. */
    private static final class ResolvedReader extends GenericDatumReader<GenericRecord> {
        ResolvedReader(Schema schema) {
            super(schema);
        }

        GenericRecord read(ResolvingDecoder in) throws IOException {
            return (GenericRecord) read(null, getSchema(), in);
        }
    }

    /** Reads one datum; what it throws means damaged bytes. */
    private interface Reader<T> {
        T read(ResolvingDecoder in) throws IOException;
    }
}
