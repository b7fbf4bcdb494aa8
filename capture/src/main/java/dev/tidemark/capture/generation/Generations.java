package dev.tidemark.capture.generation;

import dev.tidemark.capture.CaptureException;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.capture.source.AdminRights;
import dev.tidemark.capture.source.Members;
import dev.tidemark.capture.spool.Item;
import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.etcd.rpc.EtcdHeader;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.topic.GenerationEnd;
import dev.tidemark.schemas.topic.TopicEvent;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Begins and ends generations. A new one is announced through a gate in the spool, which its snapshot opens; its base is
 * brought into the archive by a thread of its own. If a generation's base never became ready, as capture was stopped in
 * between, another snapshot gives it one with a later revision of the same generation: that is dense from its first
 * revision on, and a base's descriptor carries its own revision. Used by one thread.
 */
public final class Generations {
    private static final Logger LOG = LoggerFactory.getLogger(Generations.class);

    /** For a generation that is open already. */
    private static final BaseJob.Listener NOBODY = new BaseJob.Listener() {
        @Override
        public void taken(BaseFile file) {}

        @Override
        public void refused() {}
    };

    private final CaptureSettings settings;
    private final String cluster;
    private final Surroundings around;
    private final Supplier<Members> besides;

    private Optional<Position> position = Optional.empty();
    private Optional<Ending> ending;
    private long sourceClusterId;
    private boolean identified;
    private final BooleanSupplier isBaseOwed;
    private Base base;
    private long archivedLast;
    private CompletableFuture<TopicEvent.GenerationOpened> gate = CompletableFuture.completedFuture(null);
    private Thread baseThread;
    private Optional<SideKeeper> side = Optional.empty();

    /** Whether a generation that is continued still needs a base. */
    public enum Base {
        /** It has one. */
        NOT_OWED,
        /** It has none. */
        OWED,
        /** Only the topic far back tells. */
        PERHAPS_OWED
    }

    /**
     * Where a generation stands when capture starts.
     *
     * @param position how far it came; empty if none is to be continued
     * @param ending how the last one ended, if none is to be continued and there was one
     * @param sourceClusterId the etcd cluster that it was captured from; 0 if unknown
     * @param base whether it still needs one
     * @param archivedLast the last revision of it that stands in the archive; 0 if none does
     */
    public record Standing(
            Optional<Position> position, Optional<Ending> ending, long sourceClusterId, Base base, long archivedLast) {}

    /**
     * The generations of one session.
     *
     * @param besides connections for whoever renews leases, users and roles
     * @param isBaseOwed reads in the topic whether a continued generation still needs its base; may take long
     */
    public Generations(
            CaptureSettings settings,
            Surroundings around,
            Supplier<Members> besides,
            BooleanSupplier isBaseOwed,
            Standing standing) {
        this.settings = settings;
        this.cluster = settings.cluster();
        this.around = around;
        this.besides = besides;
        this.isBaseOwed = isBaseOwed;
        this.position = standing.position;
        this.ending = standing.ending;
        this.sourceClusterId = standing.sourceClusterId;
        this.base = standing.base;
        this.archivedLast = standing.archivedLast;
    }

    /** What the source lets capture do. */
    public AdminRights rights() {
        return around.rights();
    }

    /** Whether there is a generation; else the next connection begins one. */
    public boolean isOpen() {
        return position.isPresent();
    }

    /** Whether the open generation still waits for its first snapshot, which moves the position by itself. */
    public boolean isOpening() {
        return !gate.isDone();
    }

    /** How far the open generation came. */
    public Position position() {
        return position.orElseThrow();
    }

    /**
     * Compares the source's id with the one captured so far. The id alone never proves that it is the same source.
     *
     * @throws CaptureException REFUSED at the start, unless another source is accepted
     */
    public void identify(EtcdHeader header) {
        boolean other = sourceClusterId != 0 && sourceClusterId != header.clusterId();
        if (other && !identified && settings.newSource() == CaptureSettings.NewSource.REFUSE) {
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
    public void end(GenerationEnd.Cause cause, String detail) {
        Position over = position();
        LOG.warn("generation {} ends at revision {}: {}", over.generation(), over.last(), detail);
        stopBase();
        stopSide();
        // A generation whose gate was never opened does not exist: the one before it is still the one that ends.
        boolean existed = !gate.cancel(false) && !gate.isCancelled();
        if (existed) {
            long last = Math.max(Math.max(over.last(), baseRevision()), archivedLast);
            ending = Optional.of(new Ending(over.generation(), last, cause, detail));
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
    public void begin(long revision, String version, long askedAt) {
        String id = around.ids().get();
        LOG.info("generation {} begins after revision {}", id, revision);
        gate = new CompletableFuture<>();
        around.spool().add(new Item.Gate(id, gate));
        Position begun = Position.begun(id, revision, around.clock());
        position = Optional.of(begun);
        base = Base.NOT_OWED;
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
        startBase(
                begun,
                revision,
                new BaseJob.Listener() {
                    @Override
                    public void taken(BaseFile file) {
                        opening.complete(opened(id, before, file));
                    }

                    @Override
                    public void refused() {
                        opening.complete(bare);
                    }
                },
                () -> true);
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

    /** Where the topic says that this session's generation begins; 0 if it does not yet, or if it was begun before. */
    private long baseRevision() {
        TopicEvent.GenerationOpened opened = gate.isCancelled() ? null : gate.getNow(null);
        return opened == null ? 0 : opened.baseRevision();
    }

    /** What the watch has not brought of the time before the base need not come any more: the base holds it. */
    public void goOnFromBase() {
        long revision = baseRevision();
        if (revision > position().last()) {
            position = Optional.of(position().from(revision));
        }
    }

    /** Brings a continued generation its base, if it never got one. */
    public void bringBase() {
        if (base != Base.NOT_OWED) {
            BooleanSupplier owed = base == Base.OWED ? () -> true : isBaseOwed;
            base = Base.NOT_OWED;
            Position continued = position();
            startBase(continued, continued.last(), NOBODY, owed);
        }
    }

    /** Sees to it that the open generation's leases, users and roles are renewed. */
    public void keepSide() {
        if (side.isEmpty()) {
            SideKeeper keeper = new SideKeeper(
                    around.with(besides.get()), settings.sideState(), position().generation());
            side = Optional.of(keeper);
            keeper.start();
        }
    }

    private void stopSide() {
        side.ifPresent(SideKeeper::close);
        side = Optional.empty();
    }

    private void startBase(Position of, long atLeast, BaseJob.Listener listener, BooleanSupplier owed) {
        CrossCheck check = new CrossCheck(of.overlap(), Math.max(of.last(), atLeast));
        of.compareWith(check);
        BaseJob job = new BaseJob(around, of.generation(), atLeast, listener, check, owed);
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
    public void close() {
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
     * @param longest how long the snapshot may take for the source's sake
     * @param seen told of the changes that are handed on, in their order
     * @return how long the snapshot took
     */
    public Duration catchUp(EtcdClient member, long atLeast, Duration longest, Consumer<List<Change>> seen) {
        return new CatchUp(around, position(), seen, this::end).take(member, atLeast, longest);
    }
}
