package dev.tidemark.capture.source;

import dev.tidemark.capture.Pause;
import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.etcd.rpc.EtcdException;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.LeaseTtl;
import dev.tidemark.schemas.topic.TopicEncoder;
import java.io.Closeable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks the source for the TTL of each lease that appears on a put: once, as soon as it is seen, beside the stream. A lease
 * whose keys have all died since may be gone, and its id granted anew: it is asked again when it appears again. So is one
 * that was gone. One whose answer takes too long is recorded as unknown first, and again as soon as the answer is there.
 * Thread-safe.
 */
public final class LeaseBook implements Closeable {
    private static final int REMEMBERED = 100_000;

    private final Duration patience;
    private final ExecutorService asking = Executors.newFixedThreadPool(2, runnable -> {
        Thread thread = new Thread(runnable, "tidemark-leases");
        thread.setDaemon(true);
        return thread;
    });
    private final Map<Long, Question> questions = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Question> eldest) {
            return size() > REMEMBERED;
        }
    };
    /** Leases that are recorded as unknown, for want of an answer. */
    private final Set<Long> late = new LinkedHashSet<>();

    private final LeasedKeys keys = new LeasedKeys(REMEMBERED, this::bereave);
    private EtcdClient client;

    /** One asked lease. */
    private static final class Question {
        private final CompletableFuture<LeaseTtl> answer;
        private boolean recorded;

        /** Whether all keys that were seen on the lease have died since. */
        private boolean bereft;

        Question(CompletableFuture<LeaseTtl> answer) {
            this.answer = answer;
        }
    }

    /**
     * @param patience how long {@link #firstSeenIn} waits for answers
     */
    public LeaseBook(Duration patience) {
        this.patience = patience;
    }

    /** Asks this member from now on; empty while there is none. */
    public synchronized void ask(Optional<EtcdClient> member) {
        client = member.orElse(null);
    }

    /** Asks for the leases that appear for the first time, or again, without waiting. Changes are seen in their order. */
    public synchronized void see(List<Change> changes) {
        for (Change change : changes) {
            if (change.lease() != 0) {
                see(change.lease());
            }
            keys.see(change);
        }
    }

    /** Changes will not be seen for a while: a lease that appears after it may be another one. */
    public synchronized void lookAway() {
        keys.forget();
        questions.values().forEach(question -> question.bereft = true);
    }

    /**
     * The leases to be recorded with these changes: those that were asked since they were last recorded, and those of
     * earlier changes whose answers have come since.
     *
     * @return at most {@link TopicEncoder#MAX_LEASES}; the others come with their next appearance
     */
    public List<LeaseTtl> firstSeenIn(List<Change> changes) {
        Set<Long> ids = answeredLate();
        for (Change change : changes) {
            if (change.lease() != 0) {
                ids.add(change.lease());
            }
        }
        if (ids.isEmpty()) {
            return List.of();
        }
        List<LeaseTtl> leases = new ArrayList<>();
        long deadline = System.nanoTime() + patience.toNanos();
        for (long id : ids) {
            Question question = unrecorded(id);
            if (question != null && leases.size() < TopicEncoder.MAX_LEASES) {
                Optional<LeaseTtl> answer = answer(id, question, deadline);
                leases.add(answer.orElse(new LeaseTtl(id, LeaseTtl.UNKNOWN)));
                record(id, question, answer.isPresent());
            }
        }
        return leases;
    }

    /** Forgets that anything was recorded: another generation begins. */
    public synchronized void recordAgain() {
        questions.values().forEach(question -> question.recorded = false);
    }

    @Override
    public void close() {
        asking.shutdownNow();
    }

    private void bereave(long lease) {
        Question known = questions.get(lease);
        if (known != null) {
            known.bereft = true;
        }
    }

    private void see(long id) {
        Question known = questions.get(id);
        if (known == null || isToBeAskedAgain(known)) {
            EtcdClient member = client;
            CompletableFuture<LeaseTtl> answer = member == null
                    ? CompletableFuture.completedFuture(new LeaseTtl(id, LeaseTtl.UNKNOWN))
                    : CompletableFuture.supplyAsync(() -> member.leaseTtl(id), asking);
            questions.put(id, new Question(answer));
        }
    }

    private static boolean isToBeAskedAgain(Question known) {
        if (known.bereft) {
            return true;
        }
        return known.answer.isDone()
                && (known.answer.isCompletedExceptionally()
                        || known.answer.join().ttlSeconds() == LeaseTtl.UNKNOWN);
    }

    private synchronized Question unrecorded(long id) {
        if (!questions.containsKey(id)) {
            see(id);
        }
        Question question = questions.get(id);
        // one that is late is not waited for again
        boolean waits = late.contains(id) && !question.answer.isDone();
        return question.recorded || waits ? null : question;
    }

    private synchronized Set<Long> answeredLate() {
        Set<Long> answered = new LinkedHashSet<>();
        late.removeIf(id -> !questions.containsKey(id));
        late.stream().filter(id -> questions.get(id).answer.isDone()).forEach(answered::add);
        return answered;
    }

    private synchronized void record(long id, Question question, boolean isAnswered) {
        question.recorded = isAnswered;
        if (isAnswered) {
            late.remove(id);
        } else {
            late.add(id);
        }
    }

    /** Empty if it has not come in time. */
    private static Optional<LeaseTtl> answer(long id, Question question, long deadline) {
        try {
            long left = Math.max(0, deadline - System.nanoTime());
            return Optional.of(question.answer.get(left, TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof EtcdException) {
                return Optional.of(new LeaseTtl(id, LeaseTtl.UNKNOWN));
            }
            throw new IllegalStateException("asking for lease " + Long.toHexString(id), e.getCause());
        } catch (InterruptedException e) {
            throw Pause.interrupted(e);
        }
    }
}
