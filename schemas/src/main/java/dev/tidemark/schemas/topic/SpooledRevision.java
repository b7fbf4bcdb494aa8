package dev.tidemark.schemas.topic;

import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.SchemaException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.ResolvingDecoder;

/** The changes of one revision, read from a file each time they are iterated; closing it ends all iterators. */
final class SpooledRevision implements Iterable<Change>, Closeable {
    private final Path file;
    private final long main;
    private final WriterSchemas schemas;
    private final List<InputStream> opened = new ArrayList<>();

    SpooledRevision(Path file, long main, WriterSchemas schemas) {
        this.file = file;
        this.main = main;
        this.schemas = schemas;
    }

    @Override
    public Iterator<Change> iterator() {
        try {
            InputStream in = Files.newInputStream(file);
            opened.add(in);
            WriterSchemas.Known known = schemas.of(in.readNBytes(WireFormat.HEADER_BYTES));
            return new Cursor(known, DecoderFactory.get().binaryDecoder(in, null));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    @Override
    public void close() {
        try {
            for (InputStream in : opened) {
                in.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close " + file, e);
        }
    }

    /** One pass over the file. */
    private final class Cursor implements Iterator<Change> {
        private final WriterSchemas.Known known;
        private final BinaryDecoder bytes;
        private final ResolvingDecoder in;
        private final RevisionCursor cursor;

        Cursor(WriterSchemas.Known known, BinaryDecoder bytes) {
            this.known = known;
            this.bytes = bytes;
            try {
                this.in = known.newDecoder(bytes);
                this.cursor = new RevisionCursor(in);
                cursor.open();
                if (cursor.main() != main) {
                    throw new IOException("the parts of revision " + main + " hold revision " + cursor.main());
                }
            } catch (IOException | RuntimeException e) {
                throw damaged(e);
            }
        }

        @Override
        public boolean hasNext() {
            return cursor.hasNext();
        }

        @Override
        public Change next() {
            if (!cursor.hasNext()) {
                throw new NoSuchElementException();
            }
            try {
                Change change = cursor.next();
                if (!cursor.hasNext()) {
                    requireEnd();
                }
                return change;
            } catch (IOException | RuntimeException e) {
                throw damaged(e);
            }
        }

        private void requireEnd() throws IOException {
            in.drain();
            if (!bytes.isEnd()) {
                throw new IOException("bytes left over after the last field");
            }
        }

        private SchemaException damaged(Exception e) {
            return known.damaged(e);
        }
    }
}
