package dev.tidemark.capture.generation;

import dev.tidemark.archive.catalog.GenerationCatalog;
import dev.tidemark.capture.CaptureException;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.capture.Pause;
import dev.tidemark.capture.source.Members;
import dev.tidemark.capture.spool.Item;
import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.etcd.rpc.EtcdException;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.TidemarkException;
import dev.tidemark.schemas.avro.BaseDescriptor;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.ObjectRef;
import dev.tidemark.schemas.avro.SideRecord;
import dev.tidemark.schemas.avro.SideState;
import dev.tidemark.schemas.topic.TopicEvent;
import java.io.Closeable;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews what a generation knows of leases, users and roles, which no watch tells: asks the source now and then whether its
 * users and roles have changed, and if so, or after the interval, takes a snapshot and brings its buckets beside the keys
 * into the archive. Whatever fails is tried again at the next look; capture neither waits for it nor ends by it. What is
 * known at the start comes from the archive, so that a restart takes no snapshot. One thread of its own runs it.
 */
final class SideKeeper implements Runnable, Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(SideKeeper.class);

    private final Surroundings around;
    private final CaptureSettings.SideRenewal renewal;
    private final String generation;
    private final Thread thread;
    private Optional<Known> known = Optional.empty();
    private volatile boolean closed;

    /**
     * The newest side state.
     *
     * @param sourceClusterId the etcd cluster that the generation is captured from
     * @param authRevision the revision of its users and roles
     * @param takenAt when its snapshot was taken, milliseconds since the epoch
     */
    private record Known(long sourceClusterId, long authRevision, long takenAt) {}

    /**
     * @param around its members are used by nobody else
     */
    SideKeeper(Surroundings around, CaptureSettings.SideRenewal renewal, String generation) {
        this.around = around;
        this.renewal = renewal;
        this.generation = generation;
        this.thread = new Thread(this, "tidemark-side-" + around.archive().cluster());
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    @Override
    public void run() {
        try {
            while (!closed) {
                lookPatiently();
                Pause.of(renewal.poll());
            }
        } catch (CaptureException e) {
            LOG.debug("side states are renewed no more", e);
        }
    }

    private void lookPatiently() {
        try {
            look();
        } catch (EtcdException.Credentials e) {
            around.rights().refusedSide(e);
        } catch (RuntimeException e) {
            if (!closed) {
                LOG.warn(
                        "leases, users and roles are not renewed now, next try in {} s: {}",
                        renewal.poll().toSeconds(),
                        TidemarkException.said(e));
                LOG.debug("the renewal failed", e);
            }
        }
    }

    private void look() {
        if (known.isEmpty()) {
            known = archived();
        }
        if (known.isEmpty()) {
            // Without a base nothing can be restored; the one under way brings all this.
            return;
        }
        Members.Reached reached = around.members().reach();
        try (EtcdClient client = reached.client()) {
            OptionalLong authRevision = client.authRevision();
            if (authRevision.isPresent()) {
                // Said to none but those who may take snapshots.
                around.rights().granted();
            }
            if (isDue(known.get(), authRevision)) {
                known = Optional.of(renew(known.get(), reached, authRevision));
            }
        }
    }

    /** A member of etcd 3.4 cannot say whether anything changed: then only time counts. */
    private boolean isDue(Known last, OptionalLong authRevision) {
        if (authRevision.isPresent() && authRevision.getAsLong() != last.authRevision) {
            return true;
        }
        return !renewal.interval().isZero()
                && around.clock().read().latestMillis() - last.takenAt
                        >= renewal.interval().toMillis();
    }

    private Known renew(Known last, Members.Reached reached, OptionalLong authRevision) {
        // A store that is away must not cost the source one snapshot after the other.
        around.archive().store().list(around.archive().root(), "", 1);
        long askedAt = around.clock().read().earliestMillis();
        try (BaseFile file = BaseFile.take(
                around,
                reached.client(),
                reached.header(),
                askedAt,
                reached.header().revision(),
                "side")) {
            around.rights().granted();
            requireSource(last, file);
            List<SideRecord> pairs = SideBuckets.of(file.database());
            long found = SideBuckets.authRevision(pairs);
            ObjectRef object = around.archive().uploader(around.ids()).uploadSide(generation, pairs);
            around.spool()
                    .add(new Item.Side(new TopicEvent.SideReady(
                            generation,
                            file.revision(),
                            found,
                            file.takenAt(),
                            object.getName(),
                            object.getBytes(),
                            object.getSha256())));
            LOG.info("leases, users and roles of revision {} stand in the archive", file.revision());
            // What the member says is what it is compared with, or one that says another number would never be quiet.
            return new Known(last.sourceClusterId, authRevision.orElse(found), file.takenAt());
        }
    }

    private static void requireSource(Known last, BaseFile file) {
        long found = file.status().clusterId();
        if (found != last.sourceClusterId) {
            throw new CaptureException(
                    Failure.UNAVAILABLE,
                    "etcd cluster " + Long.toHexString(found) + " answers instead of "
                            + Long.toHexString(last.sourceClusterId),
                    "the generation ends as soon as the watch sees it too");
        }
    }

    private Optional<Known> archived() {
        Optional<GenerationCatalog> catalog = around.archive().catalog().generation(generation);
        if (catalog.isEmpty()) {
            return Optional.empty();
        }
        long source = catalog.get().header().getSourceClusterId();
        Optional<Known> renewed = catalog.get()
                .side(Long.MAX_VALUE)
                .map(manifest -> manifest.getSide())
                .map(side -> known(source, side));
        return renewed.or(() -> newestBase(catalog.get()).map(base -> known(source, base)))
                .or(() -> ofSynthetic(catalog.get()).map(side -> known(source, side)));
    }

    /** Where retention keeps no snapshot's base any more: the side state that later bases stand on. */
    private static Optional<SideState> ofSynthetic(GenerationCatalog catalog) {
        return catalog.synthetic(Long.MAX_VALUE).map(base -> base.getSynthesis().getSide());
    }

    private static Optional<BaseDescriptor> newestBase(GenerationCatalog catalog) {
        return catalog.bases().stream()
                .map(BaseManifest::getBase)
                .max(Comparator.comparingLong(BaseDescriptor::getRevision));
    }

    private static Known known(long source, SideState side) {
        return new Known(source, side.getAuthRevision(), side.getTakenAtMillis());
    }

    private Known known(long source, BaseDescriptor base) {
        List<SideRecord> auth = around.archive().readSide(base).getOrDefault("auth", List.of());
        return new Known(source, SideBuckets.authRevision(auth), base.getCapturedAtMillis());
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
