package dev.tidemark.capture.service;

import dev.tidemark.capture.CaptureException;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.capture.generation.Generations;
import dev.tidemark.capture.generation.Position;
import dev.tidemark.capture.generation.Resume;
import dev.tidemark.capture.generation.Surroundings;
import dev.tidemark.capture.source.LeaseBook;
import dev.tidemark.capture.spool.Spool;
import dev.tidemark.capture.status.CaptureGauge;
import dev.tidemark.capture.status.CaptureStatus;
import dev.tidemark.capture.topic.Leadership;
import dev.tidemark.capture.topic.SessionOver;
import dev.tidemark.capture.topic.TopicAccess;
import dev.tidemark.capture.topic.TopicWriter;
import dev.tidemark.capture.watch.Follower;
import dev.tidemark.capture.watch.HeadroomProbe;
import dev.tidemark.schemas.Failure;
import java.io.Closeable;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From what the topic says until it says something else: the follower on a thread of its own, the writer on the caller's,
 * and the spool between them. One thread runs it; any thread may tell it to part.
 */
final class Session implements Leadership.Led, Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);
    private static final long LARGEST_BACKLOG = 20_000;
    private static final Duration LEASE_PATIENCE = Duration.ofMillis(500);
    private static final Duration LIFE = Duration.ofMillis(50);
    /** A base is not in a hurry: a watch runs beside it. */
    private static final Duration BASE_OF_UNKNOWN_SOURCE = Duration.ofSeconds(10);

    private final Spool spool;
    private final LeaseBook leases = new LeaseBook(LEASE_PATIENCE);
    private final Generations generations;
    private final Follower follower;
    private final HeadroomProbe probe;
    private final TopicWriter writer;
    private final Thread following;
    private final AtomicReference<Leadership.Parting> parting = new AtomicReference<>();

    /**
     * @param opened where it writes
     * @param standing where it goes on
     * @param isBaseOwed reads in the topic whether a continued generation still needs its base; may take long
     */
    Session(
            Means means,
            TopicAccess access,
            TopicAccess.Opened opened,
            Generations.Standing standing,
            BooleanSupplier isBaseOwed) {
        CaptureSettings settings = means.settings();
        CaptureGauge gauge = means.gauge();
        spool = new Spool(settings.spool());
        generations = new Generations(settings, around(means, spool), means::membersBeside, isBaseOwed, standing);
        follower = new Follower(
                means.members(),
                spool,
                leases,
                generations,
                means.clock(),
                means.nanoTime(),
                new Follower.FollowerSettings(settings.tickInterval(), LARGEST_BACKLOG, means.advisory()),
                gauge);
        writer = new TopicWriter(settings, spool, leases, access, opened, means.clock(), gauge, standing.position());
        probe = new HeadroomProbe(settings, means.members(), gauge);
        gauge.opened(
                () -> use(settings.spool()), continued(standing, opened.state().provenAt()));
        following = new Thread(follower, "tidemark-follow-" + settings.cluster());
        following.setDaemon(true);
    }

    private static Surroundings around(Means means, Spool spool) {
        return new Surroundings(
                means.membersBeside(),
                means.archive(),
                means.settings().spool().directory(),
                means.ids(),
                means.clock(),
                spool,
                means.rights(),
                () -> means.gauge().snapshotTime(BASE_OF_UNKNOWN_SOURCE));
    }

    private static Optional<CaptureGauge.Continued> continued(Generations.Standing standing, long provenAtMillis) {
        CaptureStatus.Base base =
                switch (standing.base()) {
                    case NOT_OWED -> CaptureStatus.Base.READY;
                    case OWED, PERHAPS_OWED -> CaptureStatus.Base.PENDING;
                };
        Optional<Position> position = standing.position();
        return position.map(at -> new CaptureGauge.Continued(at.generation(), at.last(), base, provenAtMillis));
    }

    private CaptureStatus.SpoolUse use(CaptureSettings.Spool limits) {
        return new CaptureStatus.SpoolUse(spool.memoryBytes(), spool.diskBytes(), limits.diskBytes());
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

    /** The last revision that is committed in the topic. */
    long lastCommitted() {
        return writer.lastCommitted();
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

    /** Says how the session's generation ends if nobody can continue it. */
    void leave(Resume resume, SessionOver why) {
        resume.leave(writer.generation(), writer.lastCommitted(), why.getMessage());
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
