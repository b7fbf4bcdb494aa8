package dev.tidemark.schemas.topic;

import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.LeaseTtl;
import dev.tidemark.schemas.RevisionSequence;
import dev.tidemark.schemas.avro.WireBaseReady;
import dev.tidemark.schemas.avro.WireEndCause;
import dev.tidemark.schemas.avro.WireGenerationOpened;
import dev.tidemark.schemas.avro.WireProgress;
import dev.tidemark.schemas.avro.WireRevision;
import dev.tidemark.schemas.avro.WireRevisionBatch;
import dev.tidemark.schemas.avro.WireRevisionPart;
import dev.tidemark.schemas.avro.WireSideReady;
import dev.tidemark.schemas.avro.WireTick;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/** Makes the revisions topic's records (docs/format.md §1). Not thread-safe: buffers are reused. */
public final class TopicEncoder {
    /** No record's value is longer: with key and framing it stays below 900,000 B, before compression. */
    public static final int MAX_RECORD_BYTES = 899_000;

    /** A batch is closed as soon as it holds this much. */
    public static final int BATCH_BYTES = 512 * 1024;

    /** More leases than this are not taken with one run of revisions. */
    public static final int MAX_LEASES = 10_000;

    private static final byte[] OPENED = WireFormat.header(WireGenerationOpened.getClassSchema());
    private static final byte[] BASE_READY = WireFormat.header(WireBaseReady.getClassSchema());
    private static final byte[] SIDE_READY = WireFormat.header(WireSideReady.getClassSchema());
    private static final byte[] PROGRESS = WireFormat.header(WireProgress.getClassSchema());
    private static final byte[] TICK = WireFormat.header(WireTick.getClassSchema());
    private static final byte[] BATCH = WireFormat.header(WireRevisionBatch.getClassSchema());
    private static final byte[] REVISION = WireFormat.header(WireRevision.getClassSchema());
    private static final byte[] PART = WireFormat.header(WireRevisionPart.getClassSchema());

    /** Room for all of a batch or part that is not leases, revisions or bytes: frame, generation, numbers. */
    private static final int FRAME_BYTES = 1_000;

    private static final long MAX_LEASE_BYTES = 20;

    private final AvroWriter body = AvroWriter.inMemory(BATCH_BYTES + 64 * 1024);

    /** The record of a new generation. */
    public byte[] encode(TopicEvent.GenerationOpened event) {
        AvroWriter out = start(OPENED);
        out.writeString(event.generation());
        out.writeString(event.cluster());
        out.writeLong(event.sourceClusterId());
        out.writeString(event.sourceVersion());
        out.writeLong(event.baseRevision());
        out.writeLong(event.openedAtMillis());
        GenerationEnd previous = event.previous();
        out.writeLong(previous == null ? 0 : 1);
        if (previous != null) {
            out.writeString(previous.generation());
            out.writeLong(previous.lastRevision());
            out.writeLong(wireIndex(previous.cause()));
            out.writeString(previous.detail());
            out.writeLong(previous.holeFirst());
            out.writeLong(previous.holeLast());
        }
        return out.toByteArray();
    }

    /** The record that hands a base to whoever writes manifests. */
    public byte[] encode(TopicEvent.BaseReady event) {
        AvroWriter out = start(BASE_READY);
        out.writeString(event.generation());
        out.writeLong(event.baseRevision());
        out.writeString(event.descriptor());
        out.writeString(event.descriptorSha256());
        return out.toByteArray();
    }

    /** The record that hands a later side state to whoever writes manifests. */
    public byte[] encode(TopicEvent.SideReady event) {
        AvroWriter out = start(SIDE_READY);
        out.writeString(event.generation());
        out.writeLong(event.revision());
        out.writeLong(event.authRevision());
        out.writeLong(event.takenAtMillis());
        out.writeString(event.object());
        out.writeLong(event.bytes());
        out.writeString(event.sha256());
        return out.toByteArray();
    }

    /** The record of a proof of progress. */
    public byte[] encode(TopicEvent.Progress event) {
        AvroWriter out = start(PROGRESS);
        out.writeString(event.generation());
        out.writeLong(event.revision());
        out.writeLong(event.atMillis());
        return out.toByteArray();
    }

    /** The record of time alone. */
    public byte[] encode(TopicEvent.Tick event) {
        AvroWriter out = start(TICK);
        out.writeString(event.generation());
        out.writeLong(event.atMillis());
        return out.toByteArray();
    }

    /** {@link #encodeRevisions(String, List, List, Consumer)}, all records at once. */
    public List<byte[]> encodeRevisions(String generation, List<LeaseTtl> leases, List<Change> changes) {
        List<byte[]> records = new ArrayList<>();
        encodeRevisions(generation, leases, changes, records::add);
        return records;
    }

    /**
     * The records of whole consecutive revisions: batches, and parts of a revision that is too large for a record.
     *
     * @param leases leases that appear with them; they travel in the first record, at most {@link #MAX_LEASES}
     * @param changes in (main, sub) order, not empty; all changes of a revision have the same times
     * @param records takes each record as soon as it is complete; the parts of a revision belong into one transaction
     * @throws dev.tidemark.schemas.DensityException if the revisions are not consecutive; records may have been given
     *     out before
     */
    public void encodeRevisions(
            String generation, List<LeaseTtl> leases, List<Change> changes, Consumer<byte[]> records) {
        if (changes.isEmpty()) {
            throw new IllegalArgumentException("no revisions to encode");
        }
        Batch batch = new Batch(generation, leases, records);
        RevisionSequence sequence =
                new RevisionSequence("encoder", changes.get(0).main() - 1);
        int from = 0;
        while (from < changes.size()) {
            long main = changes.get(from).main();
            sequence.accept(main);
            int to = from;
            long bound = FRAME_BYTES;
            while (to < changes.size() && changes.get(to).main() == main) {
                requireSub(changes.get(to), to - from);
                bound += AvroWriter.boundOf(changes.get(to));
                to++;
            }
            batch.add(changes.subList(from, to), bound);
            from = to;
        }
        batch.close();
    }

    /**
     * The parts of one revision, never held in memory as a whole: its changes are read twice.
     *
     * @param count how many changes there are
     * @param changes the revision's changes in sub order; may read from a file
     * @param records takes each record as soon as it is complete
     */
    public void encodeLargeRevision(
            String generation, List<LeaseTtl> leases, long count, Iterable<Change> changes, Consumer<byte[]> records) {
        requireLeases(leases);
        CRC32C sum = WireFormat.checksumAfter(leases);
        long[] total = {0};
        long main = writeRevision(
                AvroWriter.into((bytes, offset, length) -> {
                    sum.update(bytes, offset, length);
                    total[0] += length;
                }),
                count,
                changes);
        PartCutter cutter = new PartCutter(generation, main, leases, total[0], sum.getValue(), records);
        writeRevision(AvroWriter.into(cutter), count, changes);
        cutter.close();
    }

    private static long writeRevision(AvroWriter out, long count, Iterable<Change> changes) {
        long main = 0;
        long sub = 0;
        for (Change change : changes) {
            requireSub(change, sub);
            if (sub++ == 0) {
                main = change.main();
                out.append(REVISION, 0, REVISION.length);
                out.writeRevisionHead(change, count);
            } else if (change.main() != main) {
                throw new IllegalArgumentException(
                        "changes of revisions " + main + " and " + change.main() + " given as one revision");
            }
            out.writeChange(change);
        }
        if (sub == 0 || sub != count) {
            throw new IllegalArgumentException(
                    "revision " + main + ": " + count + " changes announced, " + sub + " given");
        }
        out.writeRevisionEnd();
        out.flush();
        return main;
    }

    /** A cause's place in the schema, which is what the wire holds. */
    private static int wireIndex(GenerationEnd.Cause cause) {
        return WireEndCause.getClassSchema().getEnumOrdinal(cause.name());
    }

    private static void requireSub(Change change, long sub) {
        if (change.sub() != sub) {
            throw new IllegalArgumentException(
                    "revision " + change.main() + ": expected sub revision " + sub + ", found " + change.sub());
        }
    }

    private static void requireLeases(List<LeaseTtl> leases) {
        if (leases.size() > MAX_LEASES) {
            throw new IllegalArgumentException(leases.size() + " leases, at most " + MAX_LEASES + " fit");
        }
    }

    private static AvroWriter start(byte[] header) {
        AvroWriter out = AvroWriter.inMemory(256);
        out.append(header, 0, header.length);
        return out;
    }

    private static void writeLeases(AvroWriter out, List<LeaseTtl> leases) {
        if (!leases.isEmpty()) {
            out.writeLong(leases.size());
            for (LeaseTtl lease : leases) {
                out.writeLong(lease.id());
                out.writeLong(lease.ttlSeconds());
            }
        }
        out.writeLong(0);
    }

    /** The batch that is being filled; revisions that fit into no batch pass it by as parts. */
    private final class Batch {
        private final String generation;
        private final Consumer<byte[]> records;
        private List<LeaseTtl> leases;
        private int revisions;

        Batch(String generation, List<LeaseTtl> leases, Consumer<byte[]> records) {
            requireLeases(leases);
            this.generation = generation;
            this.leases = leases;
            this.records = records;
            body.clear();
        }

        void add(List<Change> revision, long bound) {
            if (FRAME_BYTES + leases.size() * MAX_LEASE_BYTES + body.size() + bound > MAX_RECORD_BYTES) {
                close();
            }
            if (FRAME_BYTES + leases.size() * MAX_LEASE_BYTES + bound > MAX_RECORD_BYTES) {
                encodeLargeRevision(generation, takeLeases(), revision.size(), revision, records);
                return;
            }
            body.writeRevisionHead(revision.get(0), revision.size());
            for (Change change : revision) {
                body.writeChange(change);
            }
            body.writeRevisionEnd();
            revisions++;
            if (body.size() >= BATCH_BYTES) {
                close();
            }
        }

        void close() {
            if (revisions == 0) {
                return;
            }
            AvroWriter out = AvroWriter.inMemory(body.size() + FRAME_BYTES);
            out.append(BATCH, 0, BATCH.length);
            out.writeString(generation);
            writeLeases(out, takeLeases());
            out.writeLong(revisions);
            out.append(body);
            out.writeLong(0);
            body.clear();
            revisions = 0;
            records.accept(out.toByteArray());
        }

        private List<LeaseTtl> takeLeases() {
            List<LeaseTtl> taken = leases;
            leases = List.of();
            return taken;
        }
    }

    /** Cuts the encoding of a large revision into records as it streams by. */
    private static final class PartCutter implements AvroWriter.Drain {
        private final String generation;
        private final long main;
        private final List<LeaseTtl> leases;
        private final long totalBytes;
        private final long sum;
        private final Consumer<byte[]> records;
        private final byte[] piece;
        private final int parts;
        private int filled;
        private int part;

        PartCutter(
                String generation,
                long main,
                List<LeaseTtl> leases,
                long totalBytes,
                long sum,
                Consumer<byte[]> records) {
            this.generation = generation;
            this.main = main;
            this.leases = leases;
            this.totalBytes = totalBytes;
            this.sum = sum;
            this.records = records;
            // Even pieces, at least two: a run of one part would be a second way to say what a batch says.
            long room = MAX_RECORD_BYTES - FRAME_BYTES - leases.size() * MAX_LEASE_BYTES;
            int pieceBytes = Math.toIntExact(Math.max(1, Math.min(room, (totalBytes + 1) / 2)));
            this.piece = new byte[pieceBytes];
            this.parts = Math.toIntExact((totalBytes + pieceBytes - 1) / pieceBytes);
        }

        @Override
        public void take(byte[] bytes, int offset, int length) {
            int done = 0;
            while (done < length) {
                int now = Math.min(length - done, piece.length - filled);
                System.arraycopy(bytes, offset + done, piece, filled, now);
                filled += now;
                done += now;
                if (filled == piece.length) {
                    emit();
                }
            }
        }

        void close() {
            if (filled > 0) {
                emit();
            }
            if (part != parts) {
                throw new IllegalStateException("revision " + main + " changed while it was being encoded");
            }
        }

        private void emit() {
            AvroWriter out = AvroWriter.inMemory(filled + FRAME_BYTES);
            out.append(PART, 0, PART.length);
            out.writeString(generation);
            out.writeLong(main);
            out.writeLong(part);
            out.writeLong(parts);
            out.writeLong(totalBytes);
            out.writeLong(sum);
            writeLeases(out, part == 0 ? leases : List.of());
            out.writeLong(filled);
            out.append(piece, 0, filled);
            filled = 0;
            part++;
            records.accept(out.toByteArray());
        }
    }
}
