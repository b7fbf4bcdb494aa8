package dev.tidemark.etcd.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes a bbolt file with its trailing sum: bucket after bucket, then the root, then the metas. The file grows under a
 * temporary name beside its target and takes the target's place only when it is whole and on disk. Not thread-safe.
 */
final class BboltWriter implements Closeable {
    /** Page 0 gets this transaction, page 1 the one before, as in a snapshot taken by etcd. */
    private static final long TRANSACTION = 2;

    private final Path target;
    private final Path temporary;
    private final FileChannel channel;
    private final PageOutput out;
    private final Map<byte[], byte[]> buckets = new TreeMap<>(Arrays::compareUnsigned);
    private boolean published;

    private BboltWriter(Path target, Path temporary, FileChannel channel, int pageSize) {
        this.target = target;
        this.temporary = temporary;
        this.channel = channel;
        this.out = new PageOutput(channel, temporary, pageSize);
    }

    static BboltWriter create(Path target, int pageSize) {
        if (pageSize < Bbolt.MIN_PAGE_SIZE || pageSize > 1 << 16 || Integer.bitCount(pageSize) != 1) {
            throw new IllegalArgumentException("not a page size: " + pageSize);
        }
        Path absolute = target.toAbsolutePath();
        Path temporary = null;
        try {
            // readable by its owner only: it holds all of the cluster's secrets
            temporary = Files.createTempFile(absolute.getParent(), absolute.getFileName() + ".", ".part");
            FileChannel channel = FileChannel.open(temporary, StandardOpenOption.READ, StandardOpenOption.WRITE);
            return new BboltWriter(absolute, temporary, channel, pageSize);
        } catch (IOException e) {
            throw EtcdFileException.io("creating", temporary == null ? absolute : temporary, e);
        }
    }

    Path target() {
        return target;
    }

    /** Begins a bucket; the one before must have been ended. */
    TreeBuilder beginBucket() {
        return new TreeBuilder(out, Bbolt.PLAIN_ELEMENT);
    }

    /** Ends a bucket. */
    void endBucket(String name, TreeBuilder bucket) {
        byte[] before = buckets.put(name.getBytes(StandardCharsets.UTF_8), bucket.finishBucket());
        if (before != null) {
            throw new IllegalArgumentException("bucket " + name + " twice");
        }
    }

    /** Ends the file, forces it to disk, puts it in its place and gives its sum. */
    Finished finish() {
        TreeBuilder root = new TreeBuilder(out, Bbolt.BUCKET_ELEMENT);
        buckets.forEach(root::add);
        long rootPage = root.finishTree();
        out.flush();
        long length = out.pages() * out.pageSize();
        try {
            writeMeta(0, rootPage);
            writeMeta(1, rootPage);
            Sha256.Sums sums = Sha256.withTrailer(channel, length);
            write(ByteBuffer.wrap(sums.trailer()), length);
            channel.force(true);
            channel.close();
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            published = true;
            forceDirectory();
            HexFormat hex = HexFormat.of();
            return new Finished(
                    length + sums.trailer().length, hex.formatHex(sums.trailer()), hex.formatHex(sums.whole()));
        } catch (IOException e) {
            throw EtcdFileException.io("writing", temporary, e);
        }
    }

    /** Drops the file if it was not finished. */
    @Override
    public void close() {
        if (published) {
            return;
        }
        try (channel) {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            throw EtcdFileException.io("deleting", temporary, e);
        }
    }

    private void writeMeta(int page, long rootPage) throws IOException {
        Meta meta = new Meta(ByteOrder.LITTLE_ENDIAN, out.pageSize(), rootPage, out.pages(), TRANSACTION - page);
        ByteBuffer bytes = ByteBuffer.allocate(out.pageSize());
        meta.encode(bytes, page);
        write(bytes.clear(), (long) page * out.pageSize());
    }

    private void write(ByteBuffer bytes, long offset) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes, offset + bytes.position());
        }
    }

    /** The new name itself must survive a power cut. */
    private void forceDirectory() throws IOException {
        try (FileChannel directory = FileChannel.open(target.getParent(), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    /** A finished file's length, the sum at its end, and the sum of all of it. */
    record Finished(long bytes, String trailerSha256, String fileSha256) {}
}
