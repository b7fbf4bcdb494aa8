package dev.tidemark.archive.seal;

import dev.tidemark.archive.DamagedObjectException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** What is sealed in an object, opened some segments at a time while it comes. */
final class SealedStream extends InputStream {
    private static final int SEGMENTS_AT_ONCE = 16;

    private final SealedReads reads;
    private final String name;
    private final byte[] head;
    private final InputStream in;
    private final long segments;
    private final long storedBytes;
    private long next;
    private byte[] opened = new byte[0];
    private int at;

    /** @param in what stands behind {@code head}; closed with this */
    SealedStream(SealedReads reads, String name, byte[] head, InputStream in) {
        this.reads = reads;
        this.name = name;
        this.head = head;
        this.in = in;
        Optional<SealedHeader> header = SealedHeader.decode(head);
        this.segments = header.map(SealedHeader::segments).orElse(1L);
        this.storedBytes = header.map(SealedHeader::storedBytes).orElse((long) head.length);
    }

    @Override
    public int read() throws IOException {
        return fill() ? opened[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int bytes = Math.min(length, opened.length - at);
        System.arraycopy(opened, at, into, offset, bytes);
        at += bytes;
        return bytes;
    }

    /** Sees to it that there is a byte to give; at the end there is none. */
    private boolean fill() throws IOException {
        while (at == opened.length && next < segments) {
            long from = Math.max(head.length, next * SealedHeader.SEGMENT_BYTES);
            long end = Math.min(storedBytes, (next + SEGMENTS_AT_ONCE) * SealedHeader.SEGMENT_BYTES);
            byte[] sealed = in.readNBytes(Math.toIntExact(end - from));
            Fetched seen = new Fetched(head, next, sealed);
            opened = sealed.length == end - from ? openedOrSettled(seen) : settledShort(seen, (int) (end - from));
            at = 0;
            next += SEGMENTS_AT_ONCE;
            if (next >= segments) {
                requireEnd();
            }
        }
        return at < opened.length;
    }

    private byte[] openedOrSettled(Fetched seen) throws IOException {
        Optional<byte[]> found = reads.opened(name, seen);
        return found.isPresent() ? found.get() : reads.settled(name, seen);
    }

    /** Fewer bytes came than the header tells of: either the object is that short, or it came so. */
    private byte[] settledShort(Fetched seen, int bytes) throws IOException {
        reads.requireRange(name, Math.max(head.length, seen.first() * SealedHeader.SEGMENT_BYTES), bytes);
        throw new IOException(name + " came shorter than it is");
    }

    private void requireEnd() throws IOException {
        if (in.read() >= 0) {
            throw new DamagedObjectException(name, "is longer than its header says");
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
