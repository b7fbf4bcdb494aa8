package dev.tidemark.capture;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.etcd.rpc.EtcdException;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.TidemarkException;
import dev.tidemark.schemas.topic.GenerationEnd;
import dev.tidemark.schemas.topic.TopicEvent;
import java.io.Closeable;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.LongSupplier;
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
    private static final Duration LIFE = Duration.ofMillis(50);
    private static final Duration LOOK = Duration.ofMillis(200);
    /** A base is not in a hurry: a watch runs beside it. */
    private static final Duration BASE_OF_UNKNOWN_SOURCE = Duration.ofSeconds(10);

    /** How long a captor before is given to write what only it still has. */
    static final Duration HANDOVER = Duration.ofSeconds(30);

    private final CaptureSettings settings;
    private final ClusterArchive archive;
    private final Function<EtcdSettings, EtcdClient> connector;
    private final InstantSource clock;
    private final WarpedClock time;
    private final LongSupplier nanoTime;
    private final Supplier<String> ids;
    private final String instance;
    private final TopicSetup setup;
    private final CaptureGauge gauge;
    private final VersionAdvisory advisory = new VersionAdvisory();
    private final AdminRights rights;
    private final Duration handover;
    private final SourceContact contact;
    private volatile boolean closed;
    private volatile Session session;

    /** What this process knows to be claimed: a takeover needs not ask again. */
    private Optional<TopicPlace> claimed = Optional.empty();

    /** Where the last session ended: what the topic no longer says if it is lost. */
    private Optional<Ending> left = Optional.empty();

    private CaptureSettings.NewBase newBase;

    /** A capture with the system's clock; the archive stays the caller's. */
    public Capture(CaptureSettings settings, ClusterArchive archive) {
        this(
                settings,
                archive,
                EtcdClient::open,
                new Clocks(InstantSource.system(), System::nanoTime),
                () -> UlidCreator.getMonotonicUlid().toString(),
                HANDOVER);
    }

    /**
     * The clocks of a capture.
     *
     * @param wall the wall clock, which may jump
     * @param nanoTime a steady clock in nanoseconds, such as {@link System#nanoTime}
     */
    record Clocks(InstantSource wall, LongSupplier nanoTime) {}

    /**
     * A capture with other surroundings.
     *
     * @param handover instead of {@link #HANDOVER}
     */
    Capture(
            CaptureSettings settings,
            ClusterArchive archive,
            Function<EtcdSettings, EtcdClient> connector,
            Clocks clocks,
            Supplier<String> ids,
            Duration handover) {
        this.settings = settings;
        this.newBase = settings.newBase();
        this.archive = archive;
        this.connector = connector;
        this.clock = clocks.wall();
        this.nanoTime = clocks.nanoTime();
        this.time = new WarpedClock(clock, nanoTime);
        this.ids = ids;
        this.instance = ids.get();
        this.rights = new AdminRights(clock);
        this.handover = handover;
        this.setup = new TopicSetup(settings);
        this.gauge = new CaptureGauge(settings, clock);
        this.contact = new SourceContact(settings.source(), connector, gauge, () -> closed);
    }

    /**
     * Captures until {@link #close}: as a standby first, and as soon as no other captor holds the cluster itself.
     *
     * @throws TidemarkException UNAVAILABLE if etcd, Kafka or the archive never answered, USAGE for
     *     wrong credentials, REFUSED for a topic or a source that is not the right one, FENCED if another instance has
     *     taken over
     */
    public void run() {
        try {
            captureInTurn();
            gauge.stopped("it was told to stop");
        } catch (RuntimeException e) {
            gauge.stopped(String.valueOf(e.getMessage()));
            throw e;
        }
    }

    private void captureInTurn() {
        try (SpoolLock lock = SpoolLock.on(settings.spool().directory());
                Leadership leadership = new Leadership(settings, begin(), instance)) {
            LOG.debug("the spool is ours: {}", lock);
            Backoff backoff = new Backoff();
            while (!closed) {
                // whatever the last session ended by, it is a member again
                leadership.join();
                if (leadership.leads(LOOK)) {
                    gauge.starting();
                    lead(leadership, backoff);
                } else {
                    gauge.standby(leadership.holder());
                }
            }
        }
    }

    /** Asks all three once, so that a start that cannot succeed is known at once, as a standby too. */
    private String begin() {
        try {
            TopicPlace place = setup.ensure();
            claim(place);
            contact.await(SourceContact.Patience.AT_THE_START);
            // What a takeover needs is tried and loaded now: seconds count then.
            new TopicTail(settings, place).read(TopicTail.Upto.STABLE);
            archive.catalog();
            return setup.ensureGroupTopic();
        } catch (KafkaException e) {
            throw unopened(e);
        }
    }

    private void lead(Leadership leadership, Backoff backoff) {
        Optional<Leadership.Parting> parting = Optional.empty();
        try (Session opened = open(leadership)) {
            session = opened;
            backoff.reset();
            if (!closed) {
                parting = opened.run(leadership);
            }
        } catch (SessionOver e) {
            if (session != null) {
                left = session.left(e);
            }
            LOG.warn("capture begins anew from the topic: {}", e.getMessage());
            gauge.starting();
            Pause.of(backoff.next());
        } catch (Unopened e) {
            // The group may have chosen another one meanwhile: that one was never fenced by us, nor we by it.
            if (e.error.failure() != Failure.UNAVAILABLE && e.error.failure() != Failure.FENCED) {
                throw e.error;
            }
            LOG.warn("capture cannot begin yet: {}", e.error.getMessage());
            if (e.error.failure() == Failure.FENCED) {
                gauge.standby(e.error.getMessage());
            } else {
                gauge.cannotOpen(e.error);
            }
            Pause.of(backoff.next());
        }
        parting.ifPresent(why -> afterwards(why, leadership));
    }

    private void afterwards(Leadership.Parting parting, Leadership leadership) {
        switch (parting) {
            case CLOSED -> {}
            case LOST -> {
                leadership.requireNoOther();
                // Nobody holds it: then the group's topic may be gone.
                remakeGroupTopic();
            }
            case YIELDED -> {
                leadership.leave();
                contact.await(SourceContact.Patience.AFTER_WORK);
            }
        }
    }

    private void remakeGroupTopic() {
        try {
            setup.ensureGroupTopic();
        } catch (CaptureException e) {
            if (e.failure() != Failure.UNAVAILABLE) {
                throw e;
            }
            LOG.warn("the group's topic is not looked at now: {}", e.getMessage());
        }
    }

    /** The last revision that is committed in the topic; 0 if none is yet. Any thread may ask. */
    public long lastCommitted() {
        Session open = session;
        return open == null ? 0 : open.writer.lastCommitted();
    }

    /** How it stands now. Any thread may ask. */
    public CaptureStatus status() {
        return gauge.status();
    }

    /** What capture cannot do as the source gives it no right to, in one sentence; empty if it can do all. Any thread may ask. */
    public Optional<String> missingRights() {
        return rights.missing();
    }

    /**
     * Makes {@link #run} return soon, after a few seconds for what waits in the spool: what is not committed then is
     * captured again by whoever comes next.
     */
    @Override
    public void close() {
        closed = true;
        Session open = session;
        if (open != null) {
            open.part(Leadership.Parting.CLOSED);
        }
    }

    private Session open(Leadership leadership) {
        try {
            Rooms.empty(settings.spool().directory());
            TopicPlace place = setup.ensure();
            claim(place);
            return openAt(new TopicAccess(settings, setup, place, instance, leadership));
        } catch (TidemarkException e) {
            throw new Unopened(e);
        } catch (KafkaException e) {
            throw new Unopened(unopened(e));
        }
    }

    private void claim(TopicPlace place) {
        if (claimed.equals(Optional.of(place))) {
            return;
        }
        // a claim is tried for minutes: a store that does not answer at all must be known before
        archive.store().list(archive.root(), "", 1);
        archive.claim(place.topicId(), place.partition());
        claimed = Optional.of(place);
    }

    private CaptureException unopened(KafkaException e) {
        return new CaptureException(
                Failure.UNAVAILABLE,
                "topic " + settings.topic().name() + " cannot be opened: " + e.getMessage(),
                "check kafka.bootstrap.servers and that the brokers run",
                e);
    }

    private Session openAt(TopicAccess access) {
        new Handover(
                        () -> access.tail().read(TopicTail.Upto.STABLE),
                        access::reach,
                        this::isCompacted,
                        instance,
                        handover)
                .await(() -> closed);
        TopicAccess.Opened opened = access.open();
        try {
            Generations.Standing standing = new Resume(archive, access, time, newBase, left).from(opened.end());
            left = standing.position().isPresent() ? Optional.empty() : left;
            newBase = CaptureSettings.NewBase.IF_OWED;
            return new Session(access, opened, standing);
        } catch (RuntimeException e) {
            opened.log().close();
            throw e;
        }
    }

    /** Reads back, beside the running capture, to where the topic says it. */
    private boolean isBaseOwed(TopicAccess access) {
        try {
            Optional<TopicEvent.BaseReady> announced =
                    access.tail().readToOpening(TopicTail.Upto.STABLE).state().base();
            boolean ready = announced.filter(archive::isUploaded).isPresent();
            if (ready) {
                gauge.baseReady();
            }
            return !ready;
        } catch (KafkaException e) {
            throw unopened(e);
        }
    }

    private boolean isCompacted(long revision) {
        try (EtcdClient client =
                new Members(settings.source(), connector).reach().client()) {
            return client.isCompacted(revision);
        } catch (CaptureException | EtcdException e) {
            // Whatever is wrong with the source, even a revision that lies in its future, is the follower's to find
            // out.
            LOG.debug("the source does not tell whether it has compacted revision {}", revision, e);
            return false;
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
    private final class Session implements Leadership.Led, Closeable {
        private final Spool spool = new Spool(settings.spool());
        private final LeaseBook leases = new LeaseBook(LEASE_PATIENCE);
        private final Generations generations;
        private final Follower follower;
        private final HeadroomProbe probe;
        private final TopicWriter writer;
        private final Thread following;
        private final AtomicReference<Leadership.Parting> parting = new AtomicReference<>();

        Session(TopicAccess access, TopicAccess.Opened opened, Generations.Standing standing) {
            Optional<Position> position = standing.position();
            BaseJob.Surroundings around = new BaseJob.Surroundings(
                    Members.beside(settings.source(), connector),
                    archive,
                    settings.spool().directory(),
                    ids,
                    time,
                    spool,
                    rights,
                    () -> gauge.snapshotTime(BASE_OF_UNKNOWN_SOURCE));
            generations = new Generations(
                    settings,
                    spool,
                    around,
                    generation -> new SideKeeper(
                            around.with(Members.beside(settings.source(), connector)),
                            settings.sideState(),
                            generation),
                    time,
                    () -> isBaseOwed(access),
                    standing);
            follower = new Follower(
                    new Members(settings.source(), connector),
                    spool,
                    leases,
                    generations,
                    time,
                    nanoTime,
                    new Follower.FollowerSettings(settings.tickInterval(), LARGEST_BACKLOG, advisory),
                    gauge);
            writer = new TopicWriter(settings, spool, leases, access, time, gauge, opened.log(), position);
            probe = new HeadroomProbe(settings, new Members(settings.source(), connector), gauge);
            gauge.opened(spool, standing, opened.end().state().provenAt());
            following = new Thread(follower, "tidemark-follow-" + settings.cluster());
            following.setDaemon(true);
        }

        /**
         * Captures until it is told to part.
         *
         * @return why
         */
        Optional<Leadership.Parting> run(Leadership leadership) {
            following.start();
            probe.start();
            leadership.attend(this);
            try {
                writer.run();
            } catch (CaptureException e) {
                // who has yielded may be fenced by the one that he has yielded to
                if (e.failure() != Failure.FENCED || parting.get() != Leadership.Parting.YIELDED) {
                    throw e;
                }
                LOG.info("the successor writes already: {}", e.getMessage());
            } finally {
                leadership.dismiss();
            }
            return Optional.ofNullable(parting.get());
        }

        @Override
        public boolean isAlive() {
            return parting.get() != null || (following.isAlive() && spool.answers(LIFE));
        }

        @Override
        public Duration sourceAwayFor() {
            return follower.awayFor();
        }

        @Override
        public void part(Leadership.Parting why) {
            if (parting.compareAndSet(null, why)) {
                LOG.info("the session ends: {}", why);
            }
            if (why == Leadership.Parting.LOST) {
                // the successor may be waiting for what only this session has, while the source compacts on
                writer.endAfter(why.patience());
            } else {
                follower.close();
                writer.drain(why.patience());
            }
        }

        @Override
        public void goOn() {
            if (parting.compareAndSet(Leadership.Parting.LOST, null)) {
                LOG.info("the session goes on: the cluster came back before anybody else wrote");
                writer.goOn();
            }
        }

        @Override
        public void fail(RuntimeException why) {
            spool.fail(why);
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

        @Override
        public void close() {
            writer.close();
            follower.close();
            following.interrupt();
            spool.close();
            try {
                following.join(TimeUnit.SECONDS.toMillis(5));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            probe.close();
            generations.close();
            leases.close();
        }
    }
}
