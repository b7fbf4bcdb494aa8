package dev.tidemark.capture;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.TidemarkException;
import dev.tidemark.schemas.topic.GenerationEnd;
import java.io.Closeable;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Captures one etcd cluster into its partition of the revisions topic, and its generations' bases into the archive, until
 * it is closed. Outages of etcd, Kafka and the archive are waited for, once each has answered; a start that cannot reach
 * one of them fails within seconds.
 */
public final class Capture implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Capture.class);
    private static final long LARGEST_BACKLOG = 20_000;
    private static final Duration LEASE_PATIENCE = Duration.ofMillis(500);

    private final CaptureSettings settings;
    private final ClusterArchive archive;
    private final Function<EtcdSettings, EtcdClient> connector;
    private final InstantSource clock;
    private final Supplier<String> ids;
    private final String instance;
    private final TopicSetup setup;
    private final VersionAdvisory advisory = new VersionAdvisory();
    private final AdminRights rights;
    private volatile boolean closed;
    private volatile Session session;

    /** Where the last session ended: what the topic no longer says if it is lost. */
    private Optional<Ending> left = Optional.empty();

    /** A capture with the system's clock; the archive stays the caller's. */
    public Capture(CaptureSettings settings, ClusterArchive archive) {
        this(settings, archive, EtcdClient::open, InstantSource.system(), () -> UlidCreator.getMonotonicUlid()
                .toString());
    }

    Capture(
            CaptureSettings settings,
            ClusterArchive archive,
            Function<EtcdSettings, EtcdClient> connector,
            InstantSource clock,
            Supplier<String> ids) {
        this.settings = settings;
        this.archive = archive;
        this.connector = connector;
        this.clock = clock;
        this.ids = ids;
        this.instance = ids.get();
        this.rights = new AdminRights(clock);
        this.setup = new TopicSetup(settings);
    }

    /**
     * Captures until {@link #close}.
     *
     * @throws TidemarkException UNAVAILABLE if etcd, Kafka or the archive never answered, USAGE for
     *     wrong credentials, REFUSED for a topic or a source that is not the right one, FENCED if another instance has
     *     taken over
     */
    public void run() {
        Backoff backoff = new Backoff();
        boolean worked = false;
        while (!closed) {
            try (Session opened = open()) {
                session = opened;
                worked = true;
                if (!closed) {
                    opened.run();
                }
            } catch (SessionOver e) {
                if (session != null) {
                    left = session.left(e);
                }
                LOG.warn("capture begins anew from the topic: {}", e.getMessage());
                Pause.of(backoff.next());
            } catch (Unopened e) {
                if (worked && e.error.failure() == Failure.UNAVAILABLE) {
                    LOG.warn("capture cannot begin anew yet: {}", e.error.getMessage());
                    Pause.of(backoff.next());
                } else {
                    throw e.error;
                }
            }
        }
    }

    /** The last revision that is committed in the topic; 0 if none is yet. Any thread may ask. */
    public long lastCommitted() {
        Session open = session;
        return open == null ? 0 : open.writer.lastCommitted();
    }

    /** What capture cannot do as the source gives it no right to, in one sentence; empty if it can do all. Any thread may ask. */
    public Optional<String> missingRights() {
        return rights.missing();
    }

    /** Makes {@link #run} return soon: what is not committed then is captured again by whoever comes next. */
    @Override
    public void close() {
        closed = true;
        Session open = session;
        if (open != null) {
            open.stop();
        }
    }

    private Session open() {
        try {
            Rooms.empty(settings.spool().directory());
            TopicPlace place = setup.ensure();
            // a claim is tried for minutes: a store that does not answer at all must be known before
            archive.store().list(archive.root(), "", 1);
            archive.claim(place.topicId(), place.partition());
            return openAt(new TopicAccess(settings, setup, place, instance));
        } catch (TidemarkException e) {
            throw new Unopened(e);
        } catch (KafkaException e) {
            throw new Unopened(new CaptureException(
                    Failure.UNAVAILABLE,
                    "topic " + settings.topic().name() + " cannot be opened: " + e.getMessage(),
                    "check kafka.bootstrap.servers and that the brokers run",
                    e));
        }
    }

    private Session openAt(TopicAccess access) {
        TransactionalLog log = access.openLog();
        try {
            TopicTail.End end = access.tail().read(TopicTail.Upto.HIGH_WATERMARK);
            Generations.Standing standing = new Resume(archive, access, clock, left).from(end);
            return new Session(access, log, end, standing);
        } catch (RuntimeException e) {
            log.close();
            throw e;
        }
    }

    /** A session could not be opened. */
    private static final class Unopened extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final TidemarkException error;

        Unopened(TidemarkException error) {
            super(error);
            this.error = error;
        }
    }

    /** From what the topic says until it says something else. */
    private final class Session implements Closeable {
        private final Spool spool = new Spool(settings.spool());
        private final LeaseBook leases = new LeaseBook(clock, LEASE_PATIENCE);
        private final Generations generations;
        private final Follower follower;
        private final TopicWriter writer;
        private final Thread following;

        Session(TopicAccess access, TransactionalLog log, TopicTail.End end, Generations.Standing standing) {
            Optional<Position> position = standing.position();
            BaseJob.Surroundings around = new BaseJob.Surroundings(
                    new Members(settings.source(), connector),
                    archive,
                    settings.spool().directory(),
                    ids,
                    clock::millis,
                    spool,
                    rights);
            generations = new Generations(settings, spool, around, clock, standing);
            follower = new Follower(
                    new Members(settings.source(), connector),
                    spool,
                    leases,
                    generations,
                    clock,
                    new Follower.FollowerSettings(settings.tickInterval(), LARGEST_BACKLOG, advisory));
            writer = new TopicWriter(settings, spool, leases, access, clock, log, end, position);
            following = new Thread(follower, "tidemark-follow-" + settings.cluster());
            following.setDaemon(true);
        }

        void run() {
            following.start();
            writer.run();
        }

        /** How the session's generation would end if nobody could continue it. */
        Optional<Ending> left(SessionOver why) {
            return writer.generation().isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Ending(
                            writer.generation(),
                            writer.lastCommitted(),
                            GenerationEnd.Cause.TOPIC_LOST,
                            why.getMessage()));
        }

        void stop() {
            writer.close();
            follower.close();
        }

        @Override
        public void close() {
            stop();
            following.interrupt();
            spool.close();
            try {
                following.join(TimeUnit.SECONDS.toMillis(5));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            generations.close();
            leases.close();
        }
    }
}
