package dev.tidemark.etcd.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Writes pages one after the other through one large buffer, little-endian. Not thread-safe. */
final class PageOutput {
    private static final int BUFFER = 1 << 20;

    private final FileChannel channel;
    private final Path path;
    private final int pageSize;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
    private long nextPage = Bbolt.FIRST_PAGE;

    PageOutput(FileChannel channel, Path path, int pageSize) {
        this.channel = channel;
        this.path = path;
        this.pageSize = pageSize;
        try {
            channel.position(Bbolt.FIRST_PAGE * pageSize);
        } catch (IOException e) {
            throw EtcdFileException.io("writing", path, e);
        }
    }

    int pageSize() {
        return pageSize;
    }

    /** The number of pages in use so far, metas included. */
    long pages() {
        return nextPage;
    }

    /** Begins a page of {@code size} bytes, gives it as many pages as that takes and puts its header. */
    long begin(int flags, int count, long size) {
        long page = nextPage;
        long run = (size + pageSize - 1) / pageSize;
        nextPage += run;
        reserve(Bbolt.PAGE_HEADER);
        buffer.putLong(page).putShort((short) flags).putShort((short) count).putInt((int) (run - 1));
        return page;
    }

    void putLeafElement(int flags, int pos, int keySize, int valueSize) {
        reserve(Bbolt.ELEMENT);
        buffer.putInt(flags).putInt(pos).putInt(keySize).putInt(valueSize);
    }

    void putBranchElement(int pos, int keySize, long child) {
        reserve(Bbolt.ELEMENT);
        buffer.putInt(pos).putInt(keySize).putLong(child);
    }

    void put(byte[] bytes, int from, int length) {
        int at = from;
        int rest = length;
        while (rest > 0) {
            reserve(1);
            int part = Math.min(rest, buffer.remaining());
            buffer.put(bytes, at, part);
            at += part;
            rest -= part;
        }
    }

    /** Fills up the last page of a run of {@code size} bytes with zeros. */
    void end(long size) {
        int rest = (int) (-size & (pageSize - 1));
        byte[] zeros = new byte[Math.min(rest, 4096)];
        while (rest > 0) {
            int part = Math.min(rest, zeros.length);
            put(zeros, 0, part);
            rest -= part;
        }
    }

    /** Writes what is buffered. */
    void flush() {
        try {
            buffer.flip();
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            buffer.clear();
        } catch (IOException e) {
            throw EtcdFileException.io("writing", path, e);
        }
    }

    private void reserve(int bytes) {
        if (buffer.remaining() < bytes) {
            flush();
        }
    }
}
