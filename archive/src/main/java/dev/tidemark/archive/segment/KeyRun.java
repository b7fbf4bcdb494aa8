package dev.tidemark.archive.segment;

import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.schemas.avro.IndexRun;
import dev.tidemark.schemas.avro.RunFile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * An index run for reading: which keys have which versions, over many segments. Opening does no I/O. Nothing is handed
 * out before its checksum agrees, as of a {@link Segment}. Thread-safe; the store stays the caller's.
 */
public final class KeyRun {
    /** Blocks of a prefix are fetched together. */
    private static final int AHEAD_BYTES = 1 << 20;

    private final List<RunPart> parts;

    private KeyRun(IndexRun run, Function<RunFile, CheckedObject> objects) {
        this.parts = run.getFiles().stream()
                .map(file -> new RunPart(objects.apply(file), file))
                .toList();
    }

    /**
     * A run in the archive.
     *
     * @param root what stands before the files' names in the store: empty, or ends in a slash
     */
    public static KeyRun open(ObjectStore store, String root, IndexRun run) {
        AtomicLong faults = new AtomicLong();
        return new KeyRun(run, file -> CheckedObject.in(store, root, file.getFile(), faults));
    }

    /** A run on the local disk, whose files bear their paths as names. */
    public static KeyRun open(IndexRun local) {
        AtomicLong faults = new AtomicLong();
        return new KeyRun(local, file -> CheckedObject.at(Path.of(file.getFile().getName()), file.getFile(), faults));
    }

    /** The newest version of a key that is not newer than {@code maxMain}; a tombstone counts as one. */
    public Optional<Version> find(byte[] key, long maxMain) {
        int count = 0;
        while (count < parts.size() && parts.get(count).beginsUpTo(key, maxMain)) {
            count++;
        }
        Optional<Version> newest = Optional.empty();
        if (count == 0) {
            return newest;
        }
        KeyCursor cursor = parts.get(count - 1).near(key, maxMain);
        while (cursor.next()) {
            int order = Arrays.compareUnsigned(cursor.keyArray(), 0, cursor.keyLength(), key, 0, key.length);
            if (order > 0 || (order == 0 && cursor.main() > maxMain)) {
                break;
            }
            if (order == 0) {
                newest = Optional.of(new Version(cursor.main(), cursor.sub(), cursor.tombstone()));
            }
        }
        return newest;
    }

    /** All versions of all keys that begin with {@code prefix}, in order. */
    public void withPrefix(byte[] prefix, VersionSink sink) {
        byte[] end = Prefixes.end(prefix);
        for (int i = 0; i < parts.size(); i++) {
            boolean before = i + 1 < parts.size() && parts.get(i + 1).beginsUpTo(prefix, -1);
            boolean behind = end.length > 0 && i > 0 && !parts.get(i).beginsUpTo(end, -1);
            if (!before && !behind) {
                feed(parts.get(i).between(prefix, end, AHEAD_BYTES), prefix, sink);
            }
        }
    }

    private static void feed(KeyCursor cursor, byte[] prefix, VersionSink sink) {
        while (cursor.next()) {
            if (Prefixes.begins(cursor.keyArray(), cursor.keyLength(), prefix)) {
                sink.version(cursor.keyArray(), cursor.keyLength(), cursor.main(), cursor.sub(), cursor.tombstone());
            }
        }
    }

    /** All versions, in order. */
    public VersionCursor entries() {
        return entries(AHEAD_BYTES);
    }

    /** All versions, fetched in pieces of about so many bytes. */
    VersionCursor entries(int aheadBytes) {
        return new Walk(aheadBytes);
    }

    /** All of the files one after the other. */
    private final class Walk implements VersionCursor {
        private final Iterator<RunPart> rest = parts.iterator();
        private final int aheadBytes;
        private KeyCursor at;

        private Walk(int aheadBytes) {
            this.aheadBytes = aheadBytes;
        }

        @Override
        public boolean next() {
            while (at == null || !at.next()) {
                if (!rest.hasNext()) {
                    return false;
                }
                at = rest.next().all(aheadBytes);
            }
            return true;
        }

        @Override
        public byte[] keyArray() {
            return at.keyArray();
        }

        @Override
        public int keyLength() {
            return at.keyLength();
        }

        @Override
        public long main() {
            return at.main();
        }

        @Override
        public long sub() {
            return at.sub();
        }

        @Override
        public boolean tombstone() {
            return at.tombstone();
        }

        @Override
        public String object() {
            return at.object();
        }
    }
}
