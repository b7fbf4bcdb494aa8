package dev.tidemark.capture.topic;

import dev.tidemark.capture.CaptureException;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.capture.Pause;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.TidemarkException;
import java.io.Closeable;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which of a cluster's captors captures: the one that holds the only partition of the captors' group. A thread of its own
 * polls, and so is the member.
 *
 * <pre>
 *            join                assigned
 *   AWAY ───────────▶ STANDBY ────────────▶ LEADING ◀─────────────┐
 *    ▲                   ▲                     │                  │
 *    │                   │                     │ membership lost  │ assigned again
 *    │                   │ another one         ▼                  │
 *    │ left              └──────────────── UNSURE ────────────────┘
 *    │                     was assigned
 *   LEAVING ◀──── from each of the three: told to leave, or the session shows no life
 * </pre>
 *
 * <p>A coordinator that is only away changes nothing: who leads goes on, since nobody else can be elected. UNSURE is not
 * the end of leading either: the session goes on until the group has said that another captor holds the cluster. What
 * keeps two sessions from writing both is the transactional id alone; what keeps a session from taking the transactional
 * id back from its successor is {@link Captors#requireHeld}. Thread-safe.
 */
public final class Leadership implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);
    private static final Duration BEAT = Duration.ofMillis(100);
    private static final Duration ASKING = Duration.ofSeconds(2);
    private static final Duration LEAVE = Duration.ofSeconds(2);

    private final CaptureSettings settings;
    private final String topic;
    private final String name;
    private final Captors captors;
    private final Thread polling;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private State state = State.AWAY;
    private Optional<Led> session = Optional.empty();
    private RuntimeException failure;
    private volatile boolean closed;

    /** Used by the polling thread alone. */
    private final Vigil vigil;

    /** Where this captor stands in the group: the picture above. */
    private enum State {
        AWAY,
        STANDBY,
        LEADING,
        UNSURE,
        LEAVING
    }

    /** Why a session has to end, and how long it may go on writing. */
    public enum Parting {
        /** Capture is closed. */
        CLOSED(Duration.ofSeconds(3)),
        /** Another captor is better off. */
        YIELDED(Duration.ofSeconds(3)),
        /**
         * Another captor holds the cluster, and has not fenced this one yet. Until it does, this session goes on: it may have
         * the last copy of what the other one needs.
         */
        LOST(Duration.ofSeconds(30));

        private final Duration patience;

        Parting(Duration patience) {
            this.patience = patience;
        }

        /** For how long it goes on. */
        public Duration patience() {
            return patience;
        }
    }

    /** A session of the captor that leads. Its methods return at once. */
    public interface Led {
        /** Whether its threads get on. */
        boolean isAlive();

        /** For how long no member of the source has answered; zero if one did at the last try. */
        Duration sourceAwayFor();

        /** Tells it to end in order. */
        void part(Parting why);

        /** Takes {@link Parting#LOST} back. */
        void goOn();

        /** Tells it to end with this error. */
        void fail(RuntimeException why);
    }

    /**
     * A captor that is no member yet.
     *
     * @param topic the empty topic with one partition; the group has the same name
     * @param instance this process's id
     */
    public Leadership(CaptureSettings settings, String topic, String instance) {
        this.settings = settings;
        this.topic = topic;
        this.name = Captors.nameOf(instance);
        this.captors = new Captors(settings, name);
        this.vigil = new Vigil(settings.cluster(), captors, () -> become(State.LEADING, State.LEAVING));
        this.polling = new Thread(this::poll, "tidemark-lead-" + settings.cluster());
        polling.setDaemon(true);
        polling.start();
    }

    /** Becomes a member, as a standby first. */
    public void join() {
        become(State.AWAY, State.STANDBY);
    }

    /** Leaves the group; returns when that is on its way. The session must have ended before. */
    public void leave() {
        lock.lock();
        try {
            if (state != State.AWAY) {
                state = State.LEAVING;
            }
            long left = LEAVE.toNanos();
            while (state == State.LEAVING && failure == null && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            throw Pause.interrupted(e);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until this captor leads, and says now and then who does instead.
     *
     * @return false after the time is over
     * @throws TidemarkException if the group cannot be used
     */
    public boolean leads(Duration wait) {
        lock.lock();
        try {
            long left = wait.toNanos();
            while (state != State.LEADING && failure == null && left > 0) {
                left = changed.awaitNanos(left);
            }
            if (failure != null) {
                throw failure;
            }
            if (state == State.LEADING) {
                return true;
            }
        } catch (InterruptedException e) {
            throw Pause.interrupted(e);
        } finally {
            lock.unlock();
        }
        captors.tellHolderNowAndThen();
        return false;
    }

    /** Watches over a session from now on; it is told at once what it has missed. */
    public void attend(Led led) {
        lock.lock();
        try {
            session = Optional.of(led);
            if (failure != null) {
                led.fail(failure);
            } else if (state == State.STANDBY) {
                led.part(Parting.LOST);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The session is over. */
    public void dismiss() {
        lock.lock();
        try {
            session = Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Looks whether another captor holds the cluster, once the group has settled.
     *
     * @throws CaptureException FENCED if one does
     */
    public void requireNoOther() {
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < ASKING.toNanos()) {
            try {
                captors.requireHeld();
                return;
            } catch (CaptureException e) {
                if (e.failure() != Failure.UNAVAILABLE) {
                    throw e;
                }
                LOG.debug("nobody tells yet who holds the cluster", e);
            }
            Pause.of(BEAT);
        }
    }

    /** Who belongs to the group, by the coordinator's own word. */
    Captors captors() {
        return captors;
    }

    /** Leaves the group, and ends the thread. The session must have ended before. */
    @Override
    public void close() {
        closed = true;
        try {
            polling.join(LEAVE.plusSeconds(1).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        captors.close();
    }

    private void poll() {
        try {
            KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(KafkaClients.captor(settings, name));
            try {
                while (!closed) {
                    step(consumer);
                    vigil.look(attended());
                }
            } finally {
                become(State.LEADING, State.LEAVING);
                consumer.close(CloseOptions.timeout(LEAVE));
            }
        } catch (RuntimeException | Error e) {
            // Without this thread nobody is a member: the session must not go on as if it led.
            if (!closed) {
                fail(e);
            }
        }
    }

    private void step(KafkaConsumer<byte[], byte[]> consumer) {
        switch (state()) {
            case AWAY -> Pause.of(BEAT);
            case STANDBY, LEADING, UNSURE -> {
                if (consumer.subscription().isEmpty()) {
                    consumer.subscribe(List.of(topic), new Membership());
                }
                try {
                    consumer.poll(BEAT);
                } catch (RetriableException e) {
                    LOG.warn("group {} cannot be polled now: {}", topic, e.toString());
                    Pause.of(BEAT);
                }
            }
            case LEAVING -> {
                consumer.unsubscribe();
                become(State.LEAVING, State.AWAY);
            }
        }
    }

    private State state() {
        lock.lock();
        try {
            return state;
        } finally {
            lock.unlock();
        }
    }

    private void become(State from, State to) {
        lock.lock();
        try {
            if (state == from) {
                state = to;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private void fail(Throwable e) {
        LOG.error("the group {} cannot be used", topic, e);
        lock.lock();
        try {
            failure = translated(e);
            session.ifPresent(led -> led.fail(failure));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private CaptureException translated(Throwable e) {
        if (e instanceof AuthenticationException || e instanceof AuthorizationException) {
            return new CaptureException(
                    Failure.USAGE,
                    "Kafka refuses capture its group " + topic + ": " + e.getMessage(),
                    "give it READ on the group and on the topic of that name",
                    e);
        }
        return new CaptureException(
                e instanceof KafkaException ? Failure.REFUSED : Failure.INTERNAL,
                "group " + topic + " cannot be used: " + e,
                "look for other users of a group of that name: kafka-consumer-groups --describe",
                e);
    }

    private Optional<Led> attended() {
        lock.lock();
        try {
            return state == State.LEADING ? session : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** Who holds the cluster, as the group last said; empty if that is not known. */
    public String holder() {
        return captors.told();
    }

    /** What the group says, told by the polling thread. */
    private final class Membership implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            lock.lock();
            try {
                if (!partitions.isEmpty() && state != State.LEAVING) {
                    LOG.info("{} captures cluster {} from now on", name, settings.cluster());
                    state = State.LEADING;
                    session.ifPresent(Led::goOn);
                } else if (state == State.UNSURE) {
                    LOG.warn("cluster {} was given to another captor", settings.cluster());
                    state = State.STANDBY;
                    session.ifPresent(led -> led.part(Parting.LOST));
                }
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            doubt(partitions);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            doubt(partitions);
        }

        private void doubt(Collection<TopicPartition> partitions) {
            if (!partitions.isEmpty() && state() == State.LEADING) {
                LOG.warn("the membership in group {} was lost", topic);
                become(State.LEADING, State.UNSURE);
            }
        }
    }
}
