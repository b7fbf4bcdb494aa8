package dev.tidemark.capture.generation;

import dev.tidemark.capture.CaptureException;
import dev.tidemark.capture.spool.Item;
import dev.tidemark.capture.spool.Rooms;
import dev.tidemark.capture.spool.Spool;
import dev.tidemark.etcd.file.EtcdDatabase;
import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.etcd.rpc.SnapshotFile;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.topic.GenerationEnd;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Takes what is missing from a snapshot instead of the watch: the records that are known are compared, those that are new
 * are handed to the spool. Used once, by one thread.
 */
final class CatchUp {
    private static final long CHUNK_BYTES = 1L << 20;

    private final Surroundings around;
    private final Position position;
    private final Consumer<List<Change>> seen;
    private final BiConsumer<GenerationEnd.Cause, String> broken;

    /**
     * @param position moves with what is handed on
     * @param seen told of the changes that are handed on, in their order
     * @param broken told, instead of that, why the snapshot cannot continue the generation
     */
    CatchUp(
            Surroundings around,
            Position position,
            Consumer<List<Change>> seen,
            BiConsumer<GenerationEnd.Cause, String> broken) {
        this.around = around;
        this.position = position;
        this.seen = seen;
        this.broken = broken;
    }

    /**
     * Takes the snapshot, and of it what is missing.
     *
     * @param atLeast the source's revision, agreed with its quorum
     * @param longest how long the snapshot may take for the source's sake
     * @return how long it took
     */
    Duration take(EtcdClient member, long atLeast, Duration longest) {
        Path directory =
                Rooms.create(around.directory(), "catchup-" + around.ids().get());
        try {
            SnapshotFile snapshot = member.snapshotTo(directory.resolve("snapshot.db"), longest);
            around.rights().granted();
            try (EtcdDatabase database = EtcdDatabase.open(snapshot.path())) {
                requireUpTo(atLeast, database, member.endpoint());
                goOn(database);
            }
            return snapshot.streamed();
        } finally {
            Rooms.delete(directory);
        }
    }

    private static void requireUpTo(long atLeast, EtcdDatabase database, String endpoint) {
        if (database.revision() < atLeast) {
            throw new CaptureException(
                    Failure.UNAVAILABLE,
                    "the snapshot of " + endpoint + " is of revision " + database.revision() + ", older than "
                            + atLeast,
                    "the member lags behind: another one is asked");
        }
    }

    private void goOn(EtcdDatabase database) {
        if (database.compactRevision() > position.last()) {
            broken.accept(
                    GenerationEnd.Cause.COMPACTED,
                    "the source was compacted at revision " + database.compactRevision() + " when capture stood at "
                            + position.last());
            return;
        }
        Records records = new Records(database.compactRevision());
        database.forEachChange(0, 0, records::add);
        records.finish();
    }

    /** Takes the records in order: compares those that are known, hands on those that are new. */
    private final class Records {
        private final long compacted;
        private final long floor = position.last();
        private final long firstKnown = position.overlap().first().orElse(Long.MAX_VALUE);
        private final Overlap.Comparison comparison = position.overlap().compare();
        private List<Change> chunk = new ArrayList<>();
        private long chunkBytes;
        private boolean compared;
        private boolean replaced;

        Records(long compacted) {
            this.compacted = compacted;
        }

        void add(Change change) {
            if (replaced || change.main() <= compacted) {
                return;
            }
            if (change.main() <= floor) {
                if (change.main() >= firstKnown) {
                    comparison.add(change);
                }
                return;
            }
            if (!compared) {
                compare();
            }
            if (replaced) {
                return;
            }
            boolean revisionEnds =
                    !chunk.isEmpty() && chunk.get(chunk.size() - 1).main() != change.main();
            if (revisionEnds && chunkBytes >= CHUNK_BYTES) {
                handOn();
            }
            chunk.add(change);
            chunkBytes += change.key().length + change.value().length + 1L;
        }

        void finish() {
            if (!compared) {
                compare();
            }
            if (!replaced && !chunk.isEmpty()) {
                handOn();
            }
        }

        private void compare() {
            compared = true;
            OptionalLong different = comparison.firstDifference();
            if (different.isPresent()) {
                replaced = true;
                broken.accept(
                        GenerationEnd.Cause.SOURCE_REPLACED,
                        "the source was restored or replaced at or before revision " + different.getAsLong());
            }
        }

        private void handOn() {
            List<Change> stamped = position.stamp(chunk);
            seen.accept(stamped);
            Item.Changes item = Item.Changes.of(position.generation(), stamped);
            if (around.spool().offer(item) == Spool.Room.FULL) {
                around.spool().put(item);
            }
            position.advance(stamped);
            chunk = new ArrayList<>();
            chunkBytes = 0;
        }
    }
}
