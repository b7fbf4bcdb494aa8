package dev.tidemark.capture;

import dev.tidemark.etcd.file.EtcdDatabase;
import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.etcd.rpc.EtcdHeader;
import dev.tidemark.etcd.rpc.SnapshotFile;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.topic.GenerationEnd;
import dev.tidemark.schemas.topic.TopicEvent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Begins and ends generations. A new one is announced through a gate in the spool, which its snapshot opens; its base is
 * brought into the archive by a thread of its own. If a generation's base never became ready, as capture was stopped in
 * between, another snapshot gives it one with a later revision of the same generation: that is dense from its first
 * revision on, and a base's descriptor carries its own revision. Used by one thread.
 */
final class Generations {
    private static final Logger LOG = LoggerFactory.getLogger(Generations.class);
    private static final long CHUNK_BYTES = 1L << 20;

    /** For a generation that is open already. */
    private static final BaseJob.Listener NOBODY = new BaseJob.Listener() {
        @Override
        public void taken(BaseFile file) {}

        @Override
        public void refused() {}
    };

    private final String cluster;
    private final Spool spool;
    private final BaseJob.Surroundings around;
    private final Function<String, SideKeeper> keepers;
    private final Supplier<String> ids;
    private final WarpedClock clock;
    private final CaptureSettings.NewSource newSource;

    private Optional<Position> position = Optional.empty();
    private Optional<Ending> ending;
    private long sourceClusterId;
    private boolean identified;
    private boolean basePending;
    private long archivedLast;
    private CompletableFuture<TopicEvent.GenerationOpened> gate = CompletableFuture.completedFuture(null);
    private Thread baseThread;
    private Optional<SideKeeper> side = Optional.empty();

    /**
     * Where a generation stands when capture starts.
     *
     * @param position how far it came; empty if none is to be continued
     * @param ending how the last one ended, if none is to be continued and there was one
     * @param sourceClusterId the etcd cluster that it was captured from; 0 if unknown
     * @param basePending whether its base is not announced yet
     * @param archivedLast the last revision of it that stands in the archive; 0 if none does
     */
    record Standing(
            Optional<Position> position,
            Optional<Ending> ending,
            long sourceClusterId,
            boolean basePending,
            long archivedLast) {}

    /**
     * @param keepers makes the keeper of a generation's leases, users and roles
     */
    Generations(
            CaptureSettings settings,
            Spool spool,
            BaseJob.Surroundings around,
            Function<String, SideKeeper> keepers,
            WarpedClock clock,
            Standing standing) {
        this.keepers = keepers;
        this.cluster = settings.cluster();
        this.newSource = settings.newSource();
        this.spool = spool;
        this.around = around;
        this.ids = around.ids();
        this.clock = clock;
        this.position = standing.position;
        this.ending = standing.ending;
        this.sourceClusterId = standing.sourceClusterId;
        this.basePending = standing.basePending;
        this.archivedLast = standing.archivedLast;
    }

    AdminRights rights() {
        return around.rights();
    }

    boolean isOpen() {
        return position.isPresent();
    }

    Position position() {
        return position.orElseThrow();
    }

    /**
     * Compares the source's id with the one captured so far. The id alone never proves that it is the same source.
     *
     * @throws CaptureException REFUSED at the start, unless another source is accepted
     */
    void identify(EtcdHeader header) {
        boolean other = sourceClusterId != 0 && sourceClusterId != header.clusterId();
        if (other && !identified && newSource == CaptureSettings.NewSource.REFUSE) {
            throw new CaptureException(
                    Failure.REFUSED,
                    "cluster " + cluster + " was captured from etcd cluster " + Long.toHexString(sourceClusterId)
                            + ", but " + Long.toHexString(header.clusterId()) + " answers now",
                    "check etcd.endpoints; --new-source ends the old generation and begins another");
        }
        if (other && isOpen()) {
            end(
                    GenerationEnd.Cause.SOURCE_REPLACED,
                    "etcd cluster " + Long.toHexString(header.clusterId()) + " answers instead of "
                            + Long.toHexString(sourceClusterId));
        }
        identified = true;
        sourceClusterId = header.clusterId();
    }

    /** Ends the generation; the next connection begins another. */
    void end(GenerationEnd.Cause cause, String detail) {
        Position over = position();
        LOG.warn("generation {} ends at revision {}: {}", over.generation(), over.last(), detail);
        stopBase();
        stopSide();
        // A generation whose gate was never opened does not exist: the one before it is still the one that ends.
        boolean existed = !gate.cancel(false) && !gate.isCancelled();
        if (existed) {
            ending = Optional.of(new Ending(over.generation(), Math.max(over.last(), archivedLast), cause, detail));
        }
        gate = CompletableFuture.completedFuture(null);
        position = Optional.empty();
        archivedLast = 0;
    }

    /**
     * Begins a generation: the watch may open right after this revision, while the snapshot is still under way.
     *
     * <p>Where the source refuses snapshots the generation begins with this revision itself, and gets its base once one is
     * granted.
     *
     * @param revision the source's revision, agreed with its quorum
     * @param version the version of the member that said so
     * @param askedAt when it was asked, milliseconds since the epoch
     */
    void begin(long revision, String version, long askedAt) {
        String id = ids.get();
        LOG.info("generation {} begins after revision {}", id, revision);
        gate = new CompletableFuture<>();
        spool.add(new Item.Gate(id, gate));
        Position begun = new Position(id, revision, new Overlap(), new Stamper(clock, 0));
        position = Optional.of(begun);
        basePending = false;
        CompletableFuture<TopicEvent.GenerationOpened> opening = gate;
        Optional<Ending> before = ending;
        TopicEvent.GenerationOpened bare = new TopicEvent.GenerationOpened(
                id,
                cluster,
                sourceClusterId,
                version,
                revision,
                askedAt,
                before.map(end -> end.before(revision + 1)).orElse(null));
        startBase(begun, revision, new BaseJob.Listener() {
            @Override
            public void taken(BaseFile file) {
                opening.complete(opened(id, before, file));
            }

            @Override
            public void refused() {
                opening.complete(bare);
            }
        });
    }

    private TopicEvent.GenerationOpened opened(String id, Optional<Ending> before, BaseFile file) {
        return new TopicEvent.GenerationOpened(
                id,
                cluster,
                file.status().clusterId(),
                file.status().version(),
                file.revision(),
                file.askedAt(),
                before.map(end -> end.before(file.compactRevision())).orElse(null));
    }

    /** Brings a continued generation its base, if it never got one. */
    void bringBase() {
        if (basePending) {
            basePending = false;
            Position continued = position();
            LOG.info("generation {} never got its base: another snapshot is taken", continued.generation());
            startBase(continued, continued.last(), NOBODY);
        }
    }

    /** Sees to it that the open generation's leases, users and roles are renewed. */
    void keepSide() {
        if (side.isEmpty()) {
            SideKeeper keeper = keepers.apply(position().generation());
            side = Optional.of(keeper);
            keeper.start();
        }
    }

    private void stopSide() {
        side.ifPresent(SideKeeper::close);
        side = Optional.empty();
    }

    private void startBase(Position of, long atLeast, BaseJob.Listener listener) {
        CrossCheck check = new CrossCheck(of.overlap(), Math.max(of.last(), atLeast));
        of.compareWith(check);
        BaseJob job = new BaseJob(around, of.generation(), atLeast, listener, check);
        baseThread = new Thread(job, "tidemark-base-" + cluster);
        baseThread.setDaemon(true);
        baseThread.start();
    }

    private Optional<Thread> stopBase() {
        Optional<Thread> stopped = Optional.ofNullable(baseThread);
        stopped.ifPresent(Thread::interrupt);
        baseThread = null;
        return stopped;
    }

    /** Stops what runs beside, and waits for it: its directory is emptied next. */
    void close() {
        Optional<Thread> stopped = stopBase();
        stopSide();
        gate.cancel(false);
        try {
            if (stopped.isPresent()) {
                stopped.get().join(TimeUnit.SECONDS.toMillis(5));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Goes on with a snapshot's records instead of the watch: the same generation if it still holds all that is missing,
     * else the generation ends.
     *
     * @param atLeast the source's revision, agreed with its quorum
     */
    void catchUp(EtcdClient member, long atLeast) {
        Position current = position();
        Path directory = Rooms.create(around.directory(), "catchup-" + ids.get());
        try {
            SnapshotFile snapshot = member.snapshotTo(directory.resolve("snapshot.db"));
            around.rights().granted();
            try (EtcdDatabase database = EtcdDatabase.open(snapshot.path())) {
                catchUp(current, database, member.endpoint(), atLeast);
            }
        } finally {
            Rooms.delete(directory);
        }
    }

    private void catchUp(Position current, EtcdDatabase database, String endpoint, long atLeast) {
        if (database.revision() < atLeast) {
            throw new CaptureException(
                    Failure.UNAVAILABLE,
                    "the snapshot of " + endpoint + " is of revision " + database.revision() + ", older than "
                            + atLeast,
                    "the member lags behind: another one is asked");
        }
        if (database.compactRevision() > current.last()) {
            end(
                    GenerationEnd.Cause.COMPACTED,
                    "the source was compacted at revision " + database.compactRevision() + " when capture stood at "
                            + current.last());
            return;
        }
        Continuation continuation = new Continuation(current, database.compactRevision());
        database.forEachChange(0, 0, continuation::add);
        continuation.finish();
    }

    /** Takes a snapshot's records in order: compares those that are known, hands on those that are new. */
    private final class Continuation {
        private final Position current;
        private final long compacted;
        private final long floor;
        private List<Change> known = new ArrayList<>();
        private List<Change> chunk = new ArrayList<>();
        private long chunkBytes;
        private boolean replaced;

        Continuation(Position current, long compacted) {
            this.current = current;
            this.compacted = compacted;
            this.floor = current.last();
        }

        void add(Change change) {
            if (replaced || change.main() <= compacted) {
                return;
            }
            if (change.main() <= floor) {
                if (change.main() >= current.overlap().first().orElse(Long.MAX_VALUE)) {
                    known.add(change);
                }
                return;
            }
            compare();
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
            compare();
            if (!replaced && !chunk.isEmpty()) {
                handOn();
            }
        }

        private void compare() {
            if (known.isEmpty()) {
                return;
            }
            OptionalLong different = current.overlap().firstDifference(known);
            known = new ArrayList<>();
            if (different.isPresent()) {
                replaced = true;
                end(
                        GenerationEnd.Cause.SOURCE_REPLACED,
                        "the source was restored or replaced at or before revision " + different.getAsLong());
            }
        }

        private void handOn() {
            List<Change> stamped = current.stamper().stamp(chunk);
            Item.Changes item = Item.Changes.of(current.generation(), stamped);
            if (spool.offer(item) == Spool.Room.FULL) {
                spool.put(item);
            }
            current.advance(stamped);
            chunk = new ArrayList<>();
            chunkBytes = 0;
        }
    }
}
