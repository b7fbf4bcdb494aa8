package dev.tidemark.capture.service;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.capture.Backoff;
import dev.tidemark.capture.CaptureException;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.capture.Pause;
import dev.tidemark.capture.generation.Generations;
import dev.tidemark.capture.generation.Resume;
import dev.tidemark.capture.generation.WarpedClock;
import dev.tidemark.capture.source.AdminRights;
import dev.tidemark.capture.spool.Rooms;
import dev.tidemark.capture.status.CaptureGauge;
import dev.tidemark.capture.status.CaptureStatus;
import dev.tidemark.capture.topic.Leadership;
import dev.tidemark.capture.topic.SessionOver;
import dev.tidemark.capture.topic.TopicAccess;
import dev.tidemark.capture.topic.TopicPlace;
import dev.tidemark.capture.topic.TopicSetup;
import dev.tidemark.capture.watch.VersionAdvisory;
import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.etcd.rpc.EtcdException;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.TidemarkException;
import java.io.Closeable;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
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
    private static final Duration LOOK = Duration.ofMillis(200);

    /** How long a captor before is given to write what only it still has. */
    static final Duration HANDOVER = Duration.ofSeconds(30);

    private final Means means;
    private final CaptureSettings settings;
    private final ClusterArchive archive;
    private final String instance;
    private final TopicSetup setup;
    private final CaptureGauge gauge;
    private final Duration handover;
    private final SourceContact contact;
    private final Resume resume;
    private volatile boolean closed;
    private volatile Session session;

    /** What this process knows to be claimed: a takeover needs not ask again. */
    private Optional<TopicPlace> claimed = Optional.empty();

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
        this.archive = archive;
        this.handover = handover;
        this.instance = ids.get();
        this.setup = new TopicSetup(settings);
        this.gauge = new CaptureGauge(settings, clocks.wall());
        WarpedClock time = new WarpedClock(clocks.wall(), clocks.nanoTime());
        AdminRights rights = new AdminRights(clocks.wall());
        this.means = new Means(
                settings, archive, connector, ids, time, clocks.nanoTime(), rights, new VersionAdvisory(), gauge);
        this.contact = new SourceContact(settings.source(), connector, gauge, () -> closed);
        this.resume = new Resume(archive, time, settings.newBase());
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
            setup.rehearse(place);
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
                session.leave(resume, e);
            }
            LOG.warn("capture begins anew from the topic: {}", e.getMessage());
            gauge.starting();
            Pause.of(backoff.next());
        } catch (Unopened e) {
            // The group may have chosen another one meanwhile: that one was never fenced by us, nor we by it.
            if (e.error.failure() != Failure.UNAVAILABLE && e.error.failure() != Failure.FENCED) {
                throw e.error;
            }
            LOG.warn("capture cannot begin yet: {}", e.error.withHint());
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
            LOG.warn("the group's topic is not looked at now: {}", e.withHint());
        }
    }

    /** The last revision that is committed in the topic; 0 if none is yet. Any thread may ask. */
    public long lastCommitted() {
        Session open = session;
        return open == null ? 0 : open.lastCommitted();
    }

    /** How it stands now. Any thread may ask. */
    public CaptureStatus status() {
        return gauge.status();
    }

    /** What capture cannot do as the source gives it no right to, in one sentence; empty if it can do all. Any thread may ask. */
    public Optional<String> missingRights() {
        return means.rights().missing();
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
        access.awaitHandover(this::isCompacted, handover, () -> closed);
        TopicAccess.Opened opened = access.open();
        try {
            Generations.Standing standing = resume.from(opened.state(), access);
            return new Session(means, access, opened, standing, () -> isBaseOwed(access));
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    private boolean isBaseOwed(TopicAccess access) {
        try {
            boolean ready = access.announcedBase().filter(archive::isUploaded).isPresent();
            if (ready) {
                gauge.baseReady();
            }
            return !ready;
        } catch (KafkaException e) {
            throw unopened(e);
        }
    }

    private boolean isCompacted(long revision) {
        try (EtcdClient client = means.members().reach().client()) {
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
}
