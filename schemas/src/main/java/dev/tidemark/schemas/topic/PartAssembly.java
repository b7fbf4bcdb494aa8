package dev.tidemark.schemas.topic;

import dev.tidemark.schemas.LeaseTtl;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.SchemaException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.avro.AvroTypeException;
import org.apache.avro.Schema;
import org.apache.avro.io.ResolvingDecoder;

/** Puts the parts of one large revision together in a file. Not thread-safe. */
final class PartAssembly {
    private final Path spool;
    private final WriterSchemas schemas;

    // The open run: its first part, and what has come so far.
    private Part first;
    private int next;
    private long bytes;
    private CRC32C sum;
    private Path file;
    private OutputStream out;

    PartAssembly(Path spool, WriterSchemas schemas) {
        this.spool = spool;
        this.schemas = schemas;
    }

    /** What one part says. */
    record Part(
            String generation,
            long main,
            int part,
            int parts,
            long totalBytes,
            long crc32c,
            List<LeaseTtl> leases,
            byte[] bytes) {

        static Part read(ResolvingDecoder in) throws IOException {
            String generation = null;
            long main = 0;
            int part = 0;
            int parts = 0;
            long totalBytes = 0;
            long crc32c = 0;
            List<LeaseTtl> leases = List.of();
            byte[] bytes = null;
            for (Schema.Field field : in.readFieldOrder()) {
                switch (field.name()) {
                    case "generation" -> generation = in.readString();
                    case "main" -> main = in.readLong();
                    case "part" -> part = in.readInt();
                    case "parts" -> parts = in.readInt();
                    case "totalBytes" -> totalBytes = in.readLong();
                    case "crc32c" -> crc32c = in.readLong();
                    case "leases" -> leases = TopicDecoder.leases(in);
                    case "bytes" -> bytes = RevisionCursor.bytes(in);
                    default -> throw new AvroTypeException("unexpected field " + field.name());
                }
            }
            return new Part(generation, main, part, parts, totalBytes, crc32c, leases, bytes);
        }

        private boolean sameRun(Part other) {
            return generation.equals(other.generation)
                    && main == other.main
                    && parts == other.parts
                    && totalBytes == other.totalBytes
                    && crc32c == other.crc32c;
        }
    }

    boolean isOpen() {
        return first != null;
    }

    /** Refuses any other record between two parts. */
    void requireNone(String name) {
        if (first != null) {
            throw refused(name + " came before part " + next + " of " + first.parts);
        }
    }

    void add(Part part, TopicVisitor visitor) {
        if (first == null) {
            begin(part);
        } else if (part.part != next || !part.sameRun(first) || !part.leases.isEmpty()) {
            throw refused("part " + next + " of " + first.parts + " is missing; part " + part.part + " of " + part.parts
                    + " of revision " + part.main + " came instead");
        }
        append(part.bytes);
        next++;
        if (next == first.parts) {
            finish(visitor);
        }
    }

    void close() {
        first = null;
        try {
            if (out != null) {
                out.close();
                out = null;
            }
            if (file != null) {
                Files.deleteIfExists(file);
                file = null;
            }
        } catch (IOException e) {
            throw spoolFailed(e);
        }
    }

    private void begin(Part part) {
        first = part;
        if (part.part != 0 || part.parts < 2) {
            throw refused("a run of parts begins with part " + part.part + " of " + part.parts);
        }
        next = 0;
        bytes = 0;
        sum = WireFormat.checksumAfter(part.leases);
        try {
            file = Files.createTempFile(spool, "revision-", ".parts");
            out = Files.newOutputStream(file);
        } catch (IOException e) {
            throw spoolFailed(e);
        }
    }

    private void append(byte[] piece) {
        sum.update(piece);
        bytes += piece.length;
        try {
            out.write(piece);
        } catch (IOException e) {
            throw spoolFailed(e);
        }
    }

    private void finish(TopicVisitor visitor) {
        if (bytes != first.totalBytes) {
            throw refused("its parts hold " + bytes + " bytes, not " + first.totalBytes);
        }
        if (sum.getValue() != first.crc32c) {
            throw refused(
                    "its CRC-32C is " + Long.toHexString(sum.getValue()) + ", not " + Long.toHexString(first.crc32c));
        }
        try {
            out.close();
            out = null;
        } catch (IOException e) {
            throw spoolFailed(e);
        }
        Part whole = first;
        try (SpooledRevision changes = new SpooledRevision(file, whole.main, schemas)) {
            visitor.revisions(new TopicEvent.Revisions(
                    whole.generation,
                    new RevisionRange(whole.main, whole.main),
                    whole.leases,
                    changes,
                    whole.totalBytes));
        } finally {
            close();
        }
    }

    /** Gives the run up: what comes next begins anew. */
    private SchemaException refused(String why) {
        long main = first.main;
        close();
        return new SchemaException(
                "revision " + main + " in parts: " + why,
                "the topic's data was altered after it was written; end this generation and take a new base");
    }

    private UncheckedIOException spoolFailed(IOException e) {
        return new UncheckedIOException("cannot spool the parts of a revision in " + spool, e);
    }
}
