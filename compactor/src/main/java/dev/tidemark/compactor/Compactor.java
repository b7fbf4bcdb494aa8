package dev.tidemark.compactor;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.tidemark.archive.catalog.CommitPatience;
import dev.tidemark.archive.segment.SegmentLimits;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.TidemarkException;
import dev.tidemark.schemas.avro.ArchivePolicy;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service between topic and archive: folds what capture wrote into checkpoints and commits them, for every cluster
 * of the topic. Any number may run: they share the partitions, and where two hold the same one for a while, the archive
 * still gets one unbroken chain. Killing it at any moment loses nothing. Thread-safe.
 *
 * <p>What is away after the start, Kafka or the store, is waited for; {@link #health} says so.
 */
public final class Compactor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Compactor.class);
    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final int CATALOG_FANOUT = 64;
    private static final Duration LOOK_FOR_TOPIC = Duration.ofSeconds(1);
    private static final Duration COMPARE_TOPIC = Duration.ofMinutes(1);

    private final CompactorSettings settings;
    private final Spool spool;
    private final KafkaLogs logs;
    private final Lanes lanes;
    private final Backlog backlog;
    private final CompletableFuture<TidemarkException> failure = new CompletableFuture<>();
    private final TopicHeadroom headroom;
    private final Thread watch;

    /** Null until the topic exists. Read without a lock: the flow is stopped from within others. */
    private volatile KafkaStreams streams;

    private volatile String topicId = "";
    private volatile OptionalLong topicRetention = OptionalLong.empty();
    private boolean closed;

    private Compactor(CompactorSettings settings, ObjectStore store, Spool spool, KafkaLogs logs) {
        this.settings = settings;
        this.spool = spool;
        this.logs = logs;
        this.backlog = new Backlog(Backlog.standardLimit(), new StreamsFlow());
        this.lanes = new Lanes(logs::reader, foundry(settings, store, spool), backlog, failure);
        this.headroom = new TopicHeadroom(settings.topic(), Clock.systemUTC());
        this.watch = new Thread(this::watch, "compactor-watch");
        watch.setDaemon(true);
    }

    /**
     * Starts a compactor. A topic that does not exist yet is waited for in the background.
     *
     * @param store where the archive is; stays the caller's
     * @throws TidemarkException if Kafka or the store gives no answer within 15 s, refuses the credentials, or a setting
     *     is not allowed
     */
    public static Compactor start(CompactorSettings settings, ObjectStore store) {
        ClientProperties.streams(settings, settings.spool());
        store.list("", "", 1);
        Spool spool = Spool.open(settings.spool());
        KafkaLogs logs = null;
        try {
            logs = new KafkaLogs(settings);
            logs.probe();
            Compactor compactor = new Compactor(settings, store, spool, logs);
            compactor.watch.start();
            return compactor;
        } catch (RuntimeException e) {
            if (logs != null) {
                logs.close();
            }
            spool.close();
            throw e;
        }
    }

    /** How it stands now. */
    public CompactorHealth health() {
        KafkaStreams running = streams;
        return new CompactorHealth(
                running == null ? "WAITING_FOR_TOPIC" : running.state().name(),
                backlog.isPaused(),
                backlog.bytes(),
                topicRetention,
                lanes.health());
    }

    /**
     * Completed with the error once nothing can be done any more: Kafka Streams has died, or every partition has stopped
     * with an error. Never completed by {@link #close}. Partitions that stopped while others go on are seen in
     * {@link #health}.
     */
    public CompletableFuture<TidemarkException> failure() {
        return failure;
    }

    /** Stops within seconds. The open intervals are dropped: the next start reads them again. */
    @Override
    public void close() {
        KafkaStreams running;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            running = streams;
        }
        watch.interrupt();
        if (running != null) {
            running.close(GRACE);
        }
        lanes.close();
        logs.close();
        spool.close();
    }

    private static Foundry foundry(CompactorSettings settings, ObjectStore store, Spool spool) {
        ArchivePolicy policy = SegmentLimits.DEFAULT.policy(CATALOG_FANOUT);
        return new Foundry(
                new CutPolicy(settings.checkpointInterval().toMillis(), settings.checkpointBytes()),
                policy,
                settings.topic(),
                store,
                CommitPatience.standard(),
                () -> UlidCreator.getMonotonicUlid().toString(),
                spool,
                Foundry.oneMergeAtATime(),
                Clock.systemUTC());
    }

    private void watch() {
        try {
            while (!startedStreams()) {
                Thread.sleep(LOOK_FOR_TOPIC.toMillis());
            }
            while (true) {
                topicRetention = logs.retentionMillis();
                headroom.look(topicRetention, lanes.health());
                Thread.sleep(COMPARE_TOPIC.toMillis());
                compareTopic();
            }
        } catch (InterruptedException | StoppedException e) {
            LOG.debug("the topic is watched no more");
        } catch (TidemarkException e) {
            failure.complete(e);
        } catch (RuntimeException e) {
            failure.complete(dead(e));
        }
    }

    /** Streams refuses to start without its topic, and capture may make it later. */
    private boolean startedStreams() {
        try {
            Optional<TopicDescription> topic = logs.topic();
            topic.ifPresent(found -> startStreams(found.topicId().toString()));
            if (topic.isEmpty()) {
                LOG.info("waiting for topic {}", settings.topic());
            }
            return topic.isPresent();
        } catch (TidemarkException e) {
            if (e.failure() != Failure.UNAVAILABLE) {
                throw e;
            }
            LOG.warn("waiting for Kafka: {}", e.withHint());
            return false;
        }
    }

    private synchronized void startStreams(String id) {
        if (closed) {
            return;
        }
        topicId = id;
        streams = new KafkaStreams(
                DoorTopology.create(settings.topic(), lanes),
                ClientProperties.streams(settings, spool.newDirectory("streams")));
        streams.setUncaughtExceptionHandler(this::uncaught);
        streams.start();
        LOG.info("compacting topic {} (id {})", settings.topic(), id);
    }

    /** Clients go on silently when a topic is deleted and made again; its id tells. */
    private void compareTopic() {
        try {
            String id = logs.topic().map(t -> t.topicId().toString()).orElse("");
            if (!id.isEmpty() && !id.equals(topicId)) {
                LOG.warn("topic {} was deleted and made again: id {} instead of {}", settings.topic(), id, topicId);
                topicId = id;
                lanes.doubt();
            }
        } catch (TidemarkException e) {
            LOG.debug("the topic's id could not be compared: {}", e.getMessage());
        }
    }

    private StreamThreadExceptionResponse uncaught(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (isFinal(cause)) {
                failure.complete(dead(error));
                return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
            }
        }
        LOG.warn("a thread of Kafka Streams ended and is replaced", error);
        return StreamThreadExceptionResponse.REPLACE_THREAD;
    }

    private static boolean isFinal(Throwable cause) {
        return cause instanceof AuthenticationException
                || cause instanceof AuthorizationException
                || cause instanceof UnsupportedVersionException
                || cause instanceof FencedInstanceIdException
                || cause instanceof Error;
    }

    private static CompactorException dead(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof FencedInstanceIdException) {
                return new CompactorException(
                        Failure.FENCED,
                        "another compactor runs under the same member name",
                        "give each instance a name of its own",
                        error);
            }
        }
        Failure kind = error instanceof KafkaException ? Failure.USAGE : Failure.INTERNAL;
        return new CompactorException(kind, "Kafka Streams has stopped: " + error.getMessage(), "see the log", error);
    }

    /** Stops and lets go what Streams delivers, without giving up the group's membership. */
    private final class StreamsFlow implements Backlog.Flow {
        @Override
        public void pause() {
            KafkaStreams running = streams;
            if (running != null) {
                running.pause();
                LOG.info("paused: {} MiB are waiting to be folded", backlog.bytes() >> 20);
            }
        }

        @Override
        public void resume() {
            KafkaStreams running = streams;
            if (running != null) {
                running.resume();
                LOG.info("resumed");
            }
        }
    }
}
