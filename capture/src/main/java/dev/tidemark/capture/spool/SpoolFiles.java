package dev.tidemark.capture.spool;

import dev.tidemark.capture.CaptureException;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.topic.TopicDecoder;
import dev.tidemark.schemas.topic.TopicEncoder;
import dev.tidemark.schemas.topic.TopicEvent;
import dev.tidemark.schemas.topic.TopicVisitor;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Changes on disk, written at the end and read from the beginning, in files that go as soon as they are read. They are
 * encoded as in the topic. Not thread-safe.
 */
final class SpoolFiles implements Closeable {
    private static final long FILE_BYTES = 64L << 20;
    private static final long RUN_BYTES = 1L << 20;

    /** What is left on the disk for what is written beside: a large revision is read back by way of a file. */
    static final long RESERVE_BYTES = 64L << 20;

    private final Path directory;
    private final TopicEncoder encoder = new TopicEncoder();
    private final Set<Part> parts = new HashSet<>();
    private Part current;
    private final Disk disk;
    private long bytes;

    /** How much room is left where the files are. */
    interface Disk {
        long usableBytes() throws IOException;

        /** The disk of a directory, which is looked up once: that reads all of the host's mounts. */
        static Disk of(Path directory) {
            FileStore[] found = new FileStore[1];
            return () -> {
                if (found[0] == null) {
                    found[0] = Files.getFileStore(directory);
                }
                return found[0].getUsableSpace();
            };
        }
    }

    /** Records of one generation that follow each other in one file. */
    record Run(Part part, long offset, long length, String generation) {}

    /** One file. */
    private static final class Part {
        private final Path path;
        private final FileChannel channel;
        private long written;
        private long unread;

        Part(Path path, FileChannel channel) {
            this.path = path;
            this.channel = channel;
        }
    }

    SpoolFiles(Path directory, Disk disk) {
        this.directory = directory;
        this.disk = disk;
    }

    /** Bytes that were written and not yet read. */
    long bytes() {
        return bytes;
    }

    /** Whether the disk has room for so much more. */
    boolean hasRoom(long more) throws IOException {
        return disk.usableBytes() - more >= RESERVE_BYTES;
    }

    /** Writes a run; if the disk has no room for it nothing has changed. */
    Run write(Item.Changes item) throws IOException {
        if (current == null || current.written >= FILE_BYTES) {
            roll();
        }
        long from = current.written;
        try {
            encoder.encodeRevisions(item.generation(), List.of(), item.changes(), this::append);
        } catch (UncheckedIOException e) {
            long taken = current.written - from;
            current.written = from;
            current.unread -= taken;
            bytes -= taken;
            throw e.getCause();
        }
        return new Run(current, from, current.written - from, item.generation());
    }

    /** Writes behind a run, if it is short and nothing stands behind it; the longer run replaces it. */
    Optional<Run> extend(Run run, Item.Changes item) throws IOException {
        boolean extensible = run.part == current
                && run.offset + run.length == current.written
                && current.written < FILE_BYTES
                && run.length < RUN_BYTES
                && run.generation.equals(item.generation());
        if (!extensible) {
            return Optional.empty();
        }
        Run more = write(item);
        return Optional.of(new Run(run.part, run.offset, run.length + more.length, run.generation));
    }

    /** Reads a run; it is gone afterwards. */
    List<Item> read(Run run) {
        List<Item> items = new ArrayList<>();
        try (TopicDecoder decoder = new TopicDecoder(directory)) {
            Collector collector = new Collector(items);
            long at = run.offset;
            while (at < run.offset + run.length) {
                int length = readFully(run.part, at, Integer.BYTES).getInt();
                decoder.decode(readFully(run.part, at + Integer.BYTES, length).array(), collector);
                at += Integer.BYTES + length;
            }
            discard(run);
        } catch (IOException e) {
            throw failed(e);
        }
        return items;
    }

    /** Deletes all files, read or not. */
    @Override
    public void close() {
        try {
            for (Part part : parts) {
                part.channel.close();
                Files.deleteIfExists(part.path);
            }
        } catch (IOException e) {
            throw failed(e);
        }
        parts.clear();
        current = null;
    }

    private void append(byte[] record) {
        try {
            ByteBuffer framed = ByteBuffer.allocate(Integer.BYTES + record.length);
            framed.putInt(record.length).put(record).flip();
            int length = framed.remaining();
            while (framed.hasRemaining()) {
                current.channel.write(framed, current.written + length - framed.remaining());
            }
            current.written += length;
            current.unread += length;
            bytes += length;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ByteBuffer readFully(Part part, long at, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (part.channel.read(buffer, at + buffer.position()) < 0) {
                throw new IOException(part.path + " is shorter than what was written to it");
            }
        }
        return buffer.flip();
    }

    private void discard(Run run) throws IOException {
        bytes -= run.length;
        run.part.unread -= run.length;
        if (run.part.unread == 0) {
            run.part.channel.close();
            Files.deleteIfExists(run.part.path);
            parts.remove(run.part);
            if (run.part == current) {
                current = null;
            }
        }
    }

    private void roll() throws IOException {
        Path path = Files.createTempFile(directory, "spool-", ".changes");
        current = new Part(path, FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
        parts.add(current);
    }

    private CaptureException failed(IOException e) {
        return new CaptureException(
                Failure.REFUSED,
                "the spool in " + directory + " cannot be used: " + e.getMessage(),
                "make room there, or name another directory",
                e);
    }

    /** Makes items of what was written; nothing but revisions ever is. */
    private static final class Collector implements TopicVisitor {
        private final List<Item> items;

        Collector(List<Item> items) {
            this.items = items;
        }

        @Override
        public void revisions(TopicEvent.Revisions event) {
            List<Change> changes = new ArrayList<>();
            event.changes().forEach(changes::add);
            items.add(Item.Changes.of(event.generation(), changes));
        }

        @Override
        public void opened(TopicEvent.GenerationOpened event) {
            throw unexpected(event);
        }

        @Override
        public void baseReady(TopicEvent.BaseReady event) {
            throw unexpected(event);
        }

        @Override
        public void sideReady(TopicEvent.SideReady event) {
            throw unexpected(event);
        }

        @Override
        public void progress(TopicEvent.Progress event) {
            throw unexpected(event);
        }

        @Override
        public void tick(TopicEvent.Tick event) {
            throw unexpected(event);
        }

        private static IllegalStateException unexpected(TopicEvent event) {
            return new IllegalStateException("the spool holds " + event);
        }
    }
}
