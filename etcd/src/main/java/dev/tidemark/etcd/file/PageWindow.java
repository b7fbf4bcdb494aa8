package dev.tidemark.etcd.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * A window of a database file in memory. It reads ahead while pages are asked in the file's order and little when they
 * are not. Plain reads, not a mapping: a file that shrinks under us is an error then, not a dead process, and nothing
 * is left mapped. Not thread-safe: each walk has its own.
 */
final class PageWindow {
    private static final int AHEAD = 256 * 1024;
    private static final int NEARBY = 16 * 1024;
    /** No page run of a database comes near: etcd's largest request is a few MB. */
    private static final long MAX_RUN = 1L << 30;

    private final FileChannel channel;
    private final Path path;
    private final Meta meta;
    private byte[] bytes = new byte[AHEAD];
    private ByteBuffer view;
    private long start;
    private int filled;

    PageWindow(FileChannel channel, Path path, Meta meta) {
        this.channel = channel;
        this.path = path;
        this.meta = meta;
        this.view = ByteBuffer.wrap(bytes).order(meta.order());
    }

    /** What {@link #page} offsets point into; valid until the next call of {@link #page}. */
    byte[] bytes() {
        return bytes;
    }

    /** {@link #bytes} in the file's byte order. */
    ByteBuffer view() {
        return view;
    }

    /** Bytes of the page that {@link #page} just loaded, its overflow included. */
    int runLength(int at) {
        return Math.toIntExact((1L + Integer.toUnsignedLong(view.getInt(at + 12))) * meta.pageSize());
    }

    /** Loads a page with its overflow pages, checks its header, and gives its offset in {@link #bytes}. */
    int page(long page) {
        if (page < Bbolt.FIRST_PAGE || page >= meta.pages()) {
            throw new DamagedFileException(
                    path, page, "referred to, but the file's pages are 2 to " + (meta.pages() - 1));
        }
        long offset = page * meta.pageSize();
        int at = load(page, offset, meta.pageSize());
        long id = view.getLong(at);
        if (id != page) {
            throw new DamagedFileException(path, page, "carries the number " + Long.toUnsignedString(id));
        }
        long overflow = Integer.toUnsignedLong(view.getInt(at + 12));
        long length = (1 + overflow) * meta.pageSize();
        if (page + overflow >= meta.pages() || length > MAX_RUN) {
            throw new DamagedFileException(path, page, "claims " + overflow + " overflow pages");
        }
        return overflow == 0 ? at : load(page, offset, (int) length);
    }

    private int load(long page, long offset, int length) {
        if (offset >= start && offset + length <= start + filled) {
            return (int) (offset - start);
        }
        boolean forward = offset >= start && offset <= start + filled + AHEAD;
        int wanted = Math.max(length, forward ? AHEAD : NEARBY);
        if (bytes.length < wanted) {
            bytes = new byte[wanted];
            view = ByteBuffer.wrap(bytes).order(meta.order());
        }
        start = offset;
        filled = read(offset, wanted);
        if (filled < length) {
            throw new DamagedFileException(path, page, "the file ends inside");
        }
        return 0;
    }

    private int read(long offset, int wanted) {
        ByteBuffer into = ByteBuffer.wrap(bytes, 0, wanted);
        try {
            while (into.hasRemaining()) {
                if (channel.read(into, offset + into.position()) < 0) {
                    break;
                }
            }
        } catch (IOException e) {
            throw EtcdFileException.io("reading", path, e);
        }
        return into.position();
    }
}
