package dev.tidemark.archive.seal;

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
            Optional<byte[]> found = sealed.length == end - from ? reads.opened(name, seen) : Optional.empty();
            opened = found.isPresent() ? found.get() : reads.settled(name, seen, Math.toIntExact(end - from));
            at = 0;
            next += SEGMENTS_AT_ONCE;
            if (next >= segments && in.read() >= 0) {
                reads.requireEnd(name, storedBytes);
            }
        }
        return at < opened.length;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
