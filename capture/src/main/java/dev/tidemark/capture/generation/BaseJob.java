package dev.tidemark.capture.generation;

import dev.tidemark.archive.catalog.BaseDraft;
import dev.tidemark.archive.catalog.UploadedBase;
import dev.tidemark.archive.store.StoreRefusedException;
import dev.tidemark.archive.store.StoreUnavailableException;
import dev.tidemark.capture.Backoff;
import dev.tidemark.capture.CaptureException;
import dev.tidemark.capture.Pause;
import dev.tidemark.capture.source.Members;
import dev.tidemark.capture.spool.Item;
import dev.tidemark.etcd.file.DamagedFileException;
import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.etcd.rpc.EtcdException;
import dev.tidemark.schemas.DensityException;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.TidemarkException;
import dev.tidemark.schemas.topic.TopicEvent;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a generation's base into the archive beside the running capture: a snapshot, its segments and live sets, the
 * upload, and the word in the topic. Members that lag, and a store that is away, are waited for.
 */
final class BaseJob implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(BaseJob.class);
    private static final int MAX_DAMAGED = 3;
    private static final Duration REFUSED_PAUSE = Duration.ofSeconds(10);

    private final Surroundings around;
    private final String generation;
    private final long atLeast;
    private final Listener listener;
    private final CrossCheck crossCheck;
    private final BooleanSupplier owed;
    private int damaged;

    /** Hears about the snapshot before anything is made of it, from the job's thread, perhaps more than once. */
    interface Listener {
        /** It is there. */
        void taken(BaseFile file);

        /** The source refuses it; the job goes on asking. */
        void refused();
    }

    /**
     * @param atLeast the snapshot's revision is this or newer, else the member lags and another one is asked
     * @param owed whether there is anything to do; may take long
     */
    BaseJob(
            Surroundings around,
            String generation,
            long atLeast,
            Listener listener,
            CrossCheck crossCheck,
            BooleanSupplier owed) {
        this.owed = owed;
        this.around = around;
        this.generation = generation;
        this.atLeast = atLeast;
        this.listener = listener;
        this.crossCheck = crossCheck;
    }

    @Override
    public void run() {
        try {
            keepTrying();
        } catch (CaptureException e) {
            LOG.debug("the base was given up", e);
        } catch (Error e) {
            around.spool().endWith(CaptureException.broken("the thread that brings the base", e));
            throw e;
        }
    }

    private void keepTrying() {
        Backoff backoff = new Backoff();
        while (!Thread.currentThread().isInterrupted()) {
            try {
                if (owed.getAsBoolean()) {
                    bring();
                }
                return;
            } catch (EtcdException.Credentials e) {
                around.rights().refused(e);
                listener.refused();
                Pause.of(REFUSED_PAUSE);
            } catch (TidemarkException e) {
                if (Thread.currentThread().isInterrupted()) {
                    // Whoever was given up fails with whatever it may: that is no failure of capture.
                    return;
                }
                if (!isWorthAnotherTry(e)) {
                    around.spool().endWith(e);
                    return;
                }
                retry(backoff, e);
            } catch (RuntimeException e) {
                if (!Thread.currentThread().isInterrupted()) {
                    around.spool().endWith(e);
                }
                return;
            }
        }
    }

    /**
     * A full disk is waited for, as a member that is away is. A damaged snapshot is not taken for ever.
     */
    private boolean isWorthAnotherTry(TidemarkException e) {
        if (e instanceof DamagedFileException || e instanceof DensityException) {
            damaged++;
            return damaged < MAX_DAMAGED;
        }
        return e.failure() == Failure.UNAVAILABLE
                || e instanceof EtcdException.Certificates
                || e instanceof EtcdException.FutureRevision
                || e instanceof EtcdException.DamagedSnapshot
                || e instanceof EtcdException.Disk;
    }

    private void bring() {
        long askedAt = around.clock().read().earliestMillis();
        Members.Reached reached = around.members().reach();
        try (EtcdClient client = reached.client()) {
            long wanted = Math.max(atLeast, reached.header().revision());
            try (BaseFile file = BaseFile.take(around, client, reached.header(), askedAt, wanted, "base")) {
                around.rights().granted();
                listener.taken(file);
                BaseDraft draft = new BaseBuilder(file, crossCheck).build(generation);
                crossCheck.inSnapshotUpTo(draft.revision());
                UploadedBase uploaded = upload(draft);
                LOG.info(
                        "base of revision {} (compacted at {}) stands in the archive; {} revisions were compared",
                        draft.revision(),
                        draft.compactRevision(),
                        crossCheck.compared());
                around.spool()
                        .add(new Item.Ready(new TopicEvent.BaseReady(
                                generation, draft.revision(), uploaded.descriptor(), uploaded.sha256())));
            }
        }
    }

    /** The same segments are sent until the store takes them, though it lets nobody in: revisions go into the topic meanwhile. */
    private UploadedBase upload(BaseDraft draft) {
        Backoff backoff = new Backoff();
        while (true) {
            try {
                return around.archive().uploader(around.ids()).upload(draft);
            } catch (StoreUnavailableException | StoreRefusedException e) {
                retry(backoff, e);
            }
        }
    }

    private static void retry(Backoff backoff, TidemarkException e) {
        Duration pause = backoff.next();
        LOG.warn("the base is not in the archive yet, next try in {} ms: {}", pause.toMillis(), e.withHint());
        Pause.of(pause);
    }
}
