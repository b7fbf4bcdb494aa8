package dev.tidemark.capture.topic;

import dev.tidemark.capture.Backoff;
import dev.tidemark.capture.CaptureException;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.capture.Pause;
import dev.tidemark.capture.generation.Position;
import dev.tidemark.capture.generation.TailState;
import dev.tidemark.capture.generation.WarpedClock;
import dev.tidemark.capture.source.LeaseBook;
import dev.tidemark.capture.spool.Item;
import dev.tidemark.capture.spool.Spool;
import dev.tidemark.capture.status.CaptureGauge;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.RevisionSequence;
import dev.tidemark.schemas.TidemarkException;
import dev.tidemark.schemas.topic.TopicEncoder;
import dev.tidemark.schemas.topic.TopicEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what waits in the spool and writes it into the topic, one transaction after the other. What was taken is kept
 * until it is committed; after any error the topic's own end says what of it still has to be written. One thread runs it.
 */
public final class TopicWriter {
    private static final Logger LOG = LoggerFactory.getLogger(TopicWriter.class);
    private static final Duration WINDOW = Duration.ofMillis(10);
    private static final long TRANSACTION_BYTES = 4L << 20;
    private static final Duration TOPIC_INTERVAL = Duration.ofMinutes(1);

    private final CaptureSettings settings;
    private final Spool spool;
    private final LeaseBook leases;
    private final TopicAccess access;
    private final WarpedClock clock;
    private final CaptureGauge gauge;
    private final TopicEncoder encoder = new TopicEncoder();
    private final Standing standing = new Standing();
    private final ReadableEnd readable = new ReadableEnd();
    private TransactionalLog log;
    private final Backoff backoff = new Backoff();
    private List<Item> inFlight = new ArrayList<>();
    private int failures;
    private long wroteAtNanos = System.nanoTime();
    private long topicSeenAtNanos = System.nanoTime();
    private volatile long lastCommitted;
    private final WritingEnd end = new WritingEnd();

    /** What stands in the topic. */
    private static final class Standing {
        private String generation = "";
        private RevisionSequence sequence = new RevisionSequence("spool to topic", 0);
        private String lastBase = "";

        void set(String id, long last) {
            generation = id;
            sequence = new RevisionSequence("spool to topic, generation " + id, last);
        }
    }

    /**
     * A writer that does not write yet.
     *
     * @param opened closed at the end of {@link #run}
     * @param position where the generation is continued; empty if none is
     */
    public TopicWriter(
            CaptureSettings settings,
            Spool spool,
            LeaseBook leases,
            TopicAccess access,
            TopicAccess.Opened opened,
            WarpedClock clock,
            CaptureGauge gauge,
            Optional<Position> position) {
        this.settings = settings;
        this.spool = spool;
        this.leases = leases;
        this.access = access;
        this.clock = clock;
        this.gauge = gauge;
        this.log = opened.log();
        position.ifPresent(continued -> standing.set(continued.generation(), continued.last()));
    }

    /** The last revision that is committed in the topic. */
    public long lastCommitted() {
        return lastCommitted;
    }

    /** The generation that stands in the topic; empty if none does. Only after {@link #run}. */
    public String generation() {
        return standing.generation;
    }

    /** Writes until {@link #close}, or until {@link #drain} or {@link #endAfter} has its way. */
    public void run() {
        try {
            if (!standing.generation.isEmpty()) {
                // The first word of a successor: readers see that the cluster is captured again.
                lastCommitted = standing.sequence.last();
                attempt(this::tick);
            }
            while (isOn()) {
                collect();
                if (!inFlight.isEmpty()) {
                    attempt(this::writeInFlight);
                    if (inFlight.isEmpty() && access.committed(log)) {
                        recover();
                    }
                } else if (isTickDue()) {
                    attempt(this::tick);
                }
                lastCommitted = standing.sequence.last();
                seeTopicNowAndThen();
            }
        } finally {
            log.close();
        }
    }

    /** Makes {@link #run} end soon. Any thread may call this. */
    public void close() {
        end.close();
    }

    /** Makes {@link #run} end once nothing waits any more, or after this time. Any thread may call this. */
    public void drain(Duration patience) {
        end.drain(patience);
    }

    /** Makes {@link #run} end after this time. Any thread may call this. */
    public void endAfter(Duration patience) {
        end.after(patience);
    }

    /** Takes {@link #endAfter} back. Any thread may call this. */
    public void goOn() {
        end.goOn();
    }

    private boolean isOn() {
        return end.isAhead(() -> !inFlight.isEmpty() || !spool.isDrained());
    }

    /** What failed is written first, and nothing grows meanwhile. */
    private void collect() {
        if (!inFlight.isEmpty()) {
            return;
        }
        long wait = Math.max(0, settings.tickInterval().toNanos() - (System.nanoTime() - wroteAtNanos));
        Optional<Item> first = spool.poll(Duration.ofNanos(Math.min(wait, TimeUnit.MILLISECONDS.toNanos(200))));
        long begun = System.nanoTime();
        long bytes = 0;
        Optional<Item> next = first;
        while (next.isPresent()) {
            inFlight.add(next.get());
            if (next.get() instanceof Item.Gate) {
                return;
            }
            bytes += next.get() instanceof Item.Changes changes ? changes.bytes() : 0;
            long left = WINDOW.toNanos() - (System.nanoTime() - begun);
            next = left <= 0 || bytes >= TRANSACTION_BYTES ? Optional.empty() : spool.poll(Duration.ofNanos(left));
        }
    }

    /** A topic that was deleted and made anew gives no error by itself, nor does a transaction that nobody ends. */
    private void seeTopicNowAndThen() {
        if (System.nanoTime() - topicSeenAtNanos < TOPIC_INTERVAL.toNanos()) {
            return;
        }
        topicSeenAtNanos = System.nanoTime();
        try {
            access.requireSameTopic();
            TopicTail tail = access.tail();
            // in this order: an end that moves meanwhile is no end that stands still
            long written = tail.end(TopicTail.Upto.HIGH_WATERMARK);
            gauge.unreadable(readable.stuckMillis(tail.end(TopicTail.Upto.STABLE), written, System.nanoTime()));
        } catch (CaptureException e) {
            LOG.debug("nobody tells how it stands with the topic", e);
        }
    }

    private boolean isTickDue() {
        return !standing.generation.isEmpty()
                && System.nanoTime() - wroteAtNanos >= settings.tickInterval().toNanos();
    }

    /** Any error of the producer has one answer: a new one, and what the topic's end says. */
    private void attempt(Runnable transaction) {
        try {
            transaction.run();
        } catch (KafkaException e) {
            access.failed(log);
            LOG.warn("a transaction on {} failed, the topic's end is read: {}", access.place(), e.toString());
            gauge.kafkaAway(e);
            if (failures++ > 0) {
                // The topic can be read but not written: no hurry.
                Pause.of(backoff.next());
            }
            recover();
        }
    }

    private void tick() {
        log.begin();
        log.send(encoder.encode(
                new TopicEvent.Tick(standing.generation, clock.read().latestMillis())));
        commit();
    }

    private void writeInFlight() {
        Item last = inFlight.get(inFlight.size() - 1);
        if (last instanceof Item.Gate gate) {
            if (inFlight.size() > 1) {
                write(inFlight.subList(0, inFlight.size() - 1));
                inFlight = new ArrayList<>(List.of(gate));
            }
            pass(gate);
        } else {
            write(inFlight);
        }
        inFlight = new ArrayList<>();
    }

    /** Waits for a generation to be opened; time goes on in the one before. */
    private void pass(Item.Gate gate) {
        while (isOn()) {
            try {
                TopicEvent.GenerationOpened opened = gate.opened().get(50, TimeUnit.MILLISECONDS);
                log.begin();
                log.send(encoder.encode(opened));
                commit();
                standing.set(opened.generation(), opened.baseRevision());
                gauge.stands(opened.generation(), opened.baseRevision());
                leases.recordAgain();
                return;
            } catch (TimeoutException e) {
                spool.rethrowFailure();
                if (isTickDue()) {
                    tick();
                }
            } catch (CancellationException | ExecutionException e) {
                LOG.info("generation {} was given up before it began", gate.generation());
                return;
            } catch (InterruptedException e) {
                throw Pause.interrupted(e);
            }
        }
    }

    private void write(List<Item> items) {
        Transaction transaction =
                new Transaction(standing.generation, standing.sequence.last(), standing.lastBase, encoder, leases, log);
        items.forEach(item -> item.accept(transaction));
        if (!transaction.finish()) {
            return;
        }
        commit();
        standing.set(standing.generation, transaction.last());
        gauge.stands(standing.generation, standing.sequence.last());
        if (!transaction.base().equals(standing.lastBase)) {
            gauge.baseReady();
        }
        standing.lastBase = transaction.base();
    }

    private void commit() {
        TransactionalLog.Receipt receipt = log.commit();
        receipt.brokerMillis().ifPresent(clock::witness);
        gauge.committed(receipt.records(), receipt.bytes(), receipt.brokerMillis());
        failures = 0;
        backoff.reset();
        wroteAtNanos = System.nanoTime();
    }

    private void recover() {
        while (isOn()) {
            log.close();
            try {
                reopen();
                if (!standing.generation.isEmpty()) {
                    // whoever believes to hold the cluster too sees by it that this captor writes
                    tick();
                }
                gauge.kafkaBack();
                return;
            } catch (KafkaException e) {
                access.failed(log);
                pause(e);
            } catch (CaptureException e) {
                if (e.failure() != Failure.UNAVAILABLE) {
                    throw e;
                }
                pause(e);
            }
        }
    }

    private void pause(RuntimeException e) {
        spool.rethrowFailureIfOver();
        gauge.kafkaAway(e);
        Duration pause = backoff.next();
        LOG.warn(
                "{} cannot be written, next try in {} ms: {}",
                access.place(),
                pause.toMillis(),
                TidemarkException.said(e));
        Pause.of(pause);
    }

    private void reopen() {
        access.requireSameTopic();
        TopicAccess.Opened opened = access.reopen();
        log = opened.log();
        TailState state = opened.state();
        if (state.damage().isPresent()) {
            throw new SessionOver(state.damage().get());
        }
        boolean passedGate = inFlight.stream()
                .anyMatch(item -> item instanceof Item.Gate && item.generation().equals(state.generation()));
        if (passedGate) {
            inFlight.removeIf(item -> item instanceof Item.Gate);
            standing.set(state.generation(), state.last());
        } else if (!state.generation().equals(standing.generation) || state.last() < standing.sequence.last()) {
            throw new SessionOver(access.place() + " stands at generation " + state.generation() + ", revision "
                    + state.last() + ", but " + standing.generation + ", " + standing.sequence.last()
                    + " was committed");
        } else if (state.last() > Math.max(standing.sequence.last(), lastInFlight())) {
            throw new SessionOver(access.place() + " stands at revision " + state.last() + ", beyond "
                    + standing.sequence.last() + ": another captor has written meanwhile");
        } else {
            standing.set(state.generation(), state.last());
        }
        standing.lastBase = state.lastBase();
        gauge.stands(standing.generation, standing.sequence.last());
        if (state.isBaseReady()) {
            gauge.baseReady();
        }
        leases.recordAgain();
    }

    private long lastInFlight() {
        return inFlight.stream()
                .mapToLong(item -> item instanceof Item.Changes changes ? changes.last() : 0)
                .max()
                .orElse(0);
    }
}
