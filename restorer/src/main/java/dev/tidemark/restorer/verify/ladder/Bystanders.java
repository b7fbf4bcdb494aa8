package dev.tidemark.restorer.verify.ladder;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.Manifests;
import dev.tidemark.archive.store.MissingObjectException;
import dev.tidemark.schemas.avro.BaseDescriptor;
import dev.tidemark.schemas.avro.TopicPosition;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The objects that no restore of this version reads, and that somebody needs all the same: schemas for readers of another
 * version, claims for captors, descriptors for a compactor that reads the topic again, the records of runs, the lists of
 * what was given up. Thread-safe.
 */
final class Bystanders {
    private static final Logger log = LoggerFactory.getLogger(Bystanders.class);
    private static final int BATCH = 1_000;

    private final ClusterArchive archive;
    private final Manifests manifests;
    private final Tally tally;
    private final Set<Long> schemas = new HashSet<>();
    private final Set<Place> places = new HashSet<>();

    /** A partition of a topic. */
    private record Place(String topicId, int partition) {}

    /** What judges an object's bytes. */
    private interface Judge {
        void judge(byte[] bytes);
    }

    Bystanders(ClusterArchive archive, Tally tally) {
        this.archive = archive;
        this.manifests = archive.manifests();
        this.tally = tally;
    }

    /** Something was written with a schema. */
    synchronized void sawSchema(long fingerprint) {
        schemas.add(fingerprint);
    }

    /** The cluster's log is, or was, there. */
    synchronized void sawTopic(TopicPosition position) {
        places.add(new Place(position.getTopicId(), position.getPartition()));
    }

    /** A base's descriptor says what its manifest says, which was made of it. */
    void descriptor(String owner, BaseDescriptor base) {
        String name = ArchiveLayout.descriptorBeside(base.getSide().getName());
        check(archive.root() + name, bytes -> {
            if (!manifests.descriptor(name, bytes).equals(base)) {
                throw new DamagedObjectException(archive.root() + name, "is not the base that " + owner + " holds");
            }
            Manifests.fingerprint(bytes).ifPresent(this::sawSchema);
        });
    }

    /** After the walk: what was named on the way, and what else stands among it. */
    synchronized void checkAll() {
        newestRun(ArchiveLayout.verifications(), () -> archive.runs().newestVerification());
        newestRun(ArchiveLayout.drills(), () -> archive.runs().newestDrill());
        archive.condemned().all().forEach(list -> condemned(list.name()));
        Set<Long> all = new HashSet<>(schemas);
        String after = "";
        List<String> names;
        do {
            names = manifests.list(ArchiveLayout.schemas(), after, BATCH);
            for (String name : names) {
                fingerprint(name).ifPresent(all::add);
                after = name;
            }
        } while (names.size() == BATCH);
        for (long fingerprint : all) {
            check(
                    archive.root() + ArchiveLayout.schema(fingerprint),
                    bytes -> manifests.checkSchema(fingerprint, bytes));
        }
        places.forEach(this::claim);
        archive.store().damagedKeys(archive.root()).forEach((name, problem) -> {
            tally.found(Tally.Fault.DAMAGED, name, problem, Optional::empty);
        });
    }

    private Optional<Long> fingerprint(String name) {
        String digits = name.substring(ArchiveLayout.schemas().length());
        try {
            return Optional.of(Long.parseUnsignedLong(digits, 16));
        } catch (NumberFormatException e) {
            tally.found(Tally.Fault.DAMAGED, archive.root() + name, "is not the name of a schema", Optional::empty);
            return Optional.empty();
        }
    }

    private void claim(Place place) {
        String name = ArchiveLayout.claim(place.topicId, place.partition);
        check(name, bytes -> {
            String holder = Manifests.claimHolder(name, bytes);
            if (!holder.equals(archive.cluster())) {
                throw new DamagedObjectException(
                        name, "gives the partition to cluster " + holder + ", not " + archive.cluster());
            }
        });
    }

    /** One that is gone since it was listed is no loss: what it held is gone too. */
    private void condemned(String name) {
        tally.isNew(name);
        try {
            judge(name, bytes -> {
                archive.condemned().check(name, bytes);
                Manifests.fingerprint(bytes).ifPresent(this::sawSchema);
            });
        } catch (MissingObjectException gone) {
            log.debug("{} is over", name, gone);
        }
    }

    private void newestRun(String chain, Runnable reading) {
        for (String name : manifests.list(chain, "", 1)) {
            check(archive.root() + name, bytes -> {
                reading.run();
                Manifests.fingerprint(bytes).ifPresent(this::sawSchema);
            });
        }
    }

    /** Whether an object is there and as it must be. */
    private void check(String name, Judge judge) {
        tally.isNew(name);
        try {
            judge(name, judge);
        } catch (MissingObjectException e) {
            tally.found(Tally.Fault.MISSING, name, "is missing", Optional::empty);
        }
    }

    /** Whether an object is as it must be; bytes that are wrong are fetched once more. */
    private void judge(String name, Judge judge) {
        try {
            try {
                judge.judge(archive.store().get(name));
            } catch (DamagedObjectException e) {
                judge.judge(archive.store().get(name));
            }
        } catch (DamagedObjectException e) {
            tally.found(Tally.Fault.DAMAGED, name, Problems.of(e), Optional::empty);
        }
    }
}
