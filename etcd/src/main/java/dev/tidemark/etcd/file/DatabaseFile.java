package dev.tidemark.etcd.file;

import dev.tidemark.etcd.file.Varints.MalformedMessage;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A bbolt file open for reading: its meta, its buckets, walks over their trees, its trailing sum. */
final class DatabaseFile {
    /** A snapshot's length is a multiple of this plus the sum's 32 bytes. */
    private static final int SECTOR = 512;

    private final Path path;
    private final FileChannel channel;
    private final long length;
    private final Meta meta;

    private DatabaseFile(Path path, FileChannel channel, long length, Meta meta) {
        this.path = path;
        this.channel = channel;
        this.length = length;
        this.meta = meta;
    }

    static DatabaseFile open(Path path) {
        FileChannel channel = null;
        try {
            channel = FileChannel.open(path, StandardOpenOption.READ);
            long length = channel.size();
            Meta meta = chooseMeta(path, channel, length);
            DatabaseFile file = new DatabaseFile(path, channel, length, meta);
            file.checkLength();
            return file;
        } catch (IOException e) {
            closeQuietly(channel);
            throw EtcdFileException.io("opening", path, e);
        } catch (RuntimeException e) {
            closeQuietly(channel);
            throw e;
        }
    }

    Path path() {
        return path;
    }

    long length() {
        return length;
    }

    Meta meta() {
        return meta;
    }

    boolean hasSha256() {
        return length % SECTOR == Sha256.SIZE;
    }

    /** The buckets by name. */
    NavigableMap<String, Bucket> buckets() {
        NavigableMap<String, Bucket> buckets = new TreeMap<>();
        RawSink sink = (bytes, keyAt, keySize, valueAt, valueSize, page) -> {
            if (valueSize < Bbolt.BUCKET_HEADER) {
                throw damaged(page, "holds a bucket of " + valueSize + " bytes");
            }
            String name = new String(bytes, keyAt, keySize, StandardCharsets.UTF_8);
            byte[] value = Arrays.copyOfRange(bytes, valueAt, valueAt + valueSize);
            buckets.put(name, Bucket.decode(value, meta.order(), page));
        };
        walker(Bbolt.BUCKET_ELEMENT, sink).walk(meta.root());
        return Collections.unmodifiableNavigableMap(buckets);
    }

    /** Gives all entries of a bucket. */
    void walk(Bucket bucket, RawSink sink) {
        TreeWalk walk = walker(Bbolt.PLAIN_ELEMENT, sink);
        if (bucket.isInline()) {
            walk.walkInline(bucket.inline(), meta.order(), bucket.holder());
        } else {
            walk.walk(bucket.root());
        }
    }

    /** The main revision of the last entry of a bucket whose keys are revisions; 0 if it is empty. */
    long lastKeyRevision(Bucket bucket) {
        long[] last = {0};
        RawSink sink = (bytes, keyAt, keySize, valueAt, valueSize, page) -> {
            try {
                KeyRecords.checkKey(bytes, keyAt, keySize);
            } catch (MalformedMessage e) {
                throw damaged(page, e.getMessage());
            }
            last[0] = KeyRecords.main(bytes, keyAt);
        };
        TreeWalk walk = walker(Bbolt.PLAIN_ELEMENT, sink);
        if (bucket.isInline()) {
            walk.walkInline(bucket.inline(), meta.order(), bucket.holder());
        } else {
            walk.walkLast(bucket.root());
        }
        return last[0];
    }

    String verifySha256() {
        if (!hasSha256()) {
            throw damaged(DamagedFileException.NO_PAGE, "has no trailing SHA-256: its length is " + length);
        }
        try {
            byte[] expected = new byte[Sha256.SIZE];
            readFully(channel, ByteBuffer.wrap(expected), length - Sha256.SIZE);
            byte[] actual = Sha256.of(channel, length - Sha256.SIZE);
            if (!MessageDigest.isEqual(expected, actual)) {
                throw damaged(
                        DamagedFileException.NO_PAGE,
                        "its trailing SHA-256 is " + HexFormat.of().formatHex(expected) + ", its bytes give "
                                + HexFormat.of().formatHex(actual));
            }
            return HexFormat.of().formatHex(actual);
        } catch (IOException e) {
            throw EtcdFileException.io("reading", path, e);
        }
    }

    DamagedFileException damaged(long page, String what) {
        return new DamagedFileException(path, page, what);
    }

    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw EtcdFileException.io("closing", path, e);
        }
    }

    private TreeWalk walker(int elementFlags, RawSink sink) {
        return new TreeWalk(path, new PageWindow(channel, path, meta), elementFlags, meta.pages(), sink);
    }

    private void checkLength() {
        long content = hasSha256() ? length - Sha256.SIZE : length;
        long needed = meta.pages() * meta.pageSize();
        if (content < needed) {
            throw damaged(
                    DamagedFileException.NO_PAGE,
                    "truncated: its " + meta.pages() + " pages need " + needed + " bytes, there are " + content);
        }
    }

    /** The sound meta with the larger transaction; the second one is searched if the first cannot say where it is. */
    private static Meta chooseMeta(Path path, FileChannel channel, long length) throws IOException {
        Meta first = readMeta(channel, 0, length);
        Meta second = null;
        if (first != null) {
            second = readMeta(channel, first.pageSize(), length);
        }
        for (int size = Bbolt.MIN_PAGE_SIZE;
                first == null && second == null && size <= Bbolt.MAX_PAGE_SIZE;
                size *= 2) {
            Meta found = readMeta(channel, size, length);
            second = found != null && found.pageSize() == size ? found : null;
        }
        if (first == null && second == null) {
            throw new DamagedFileException(path, 0, "neither meta page is sound: not an etcd database, or damaged");
        }
        boolean takeSecond = first == null || (second != null && second.transaction() > first.transaction());
        return takeSecond ? second : first;
    }

    private static Meta readMeta(FileChannel channel, long offset, long length) throws IOException {
        byte[] page = new byte[Bbolt.PAGE_HEADER + Bbolt.META];
        if (offset + page.length > length) {
            return null;
        }
        readFully(channel, ByteBuffer.wrap(page), offset);
        return Meta.decode(page, 0);
    }

    private static void readFully(FileChannel channel, ByteBuffer into, long offset) throws IOException {
        while (into.hasRemaining()) {
            if (channel.read(into, offset + into.position()) < 0) {
                throw new EOFException("the file ended at " + (offset + into.position()));
            }
        }
    }

    private static void closeQuietly(FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                // the error that led here is the one to tell
            }
        }
    }
}
