package dev.tidemark.archive.retention;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.catalog.Catalog;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.Floors;
import dev.tidemark.archive.catalog.GenerationCatalog;
import dev.tidemark.archive.catalog.RetentionChain.Decision;
import dev.tidemark.archive.store.LockOutcome;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.CondemnedObject;
import dev.tidemark.schemas.avro.KeptBase;
import dev.tidemark.schemas.avro.ManifestRow;
import dev.tidemark.schemas.avro.Retention;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies retention to one cluster's archive. What is to be kept is decided and committed first; from then on readers see
 * nothing else. What nothing named then is listed, and deleted by a later run, when the time for those who still read it
 * is over and it is seen once more that nothing names it. So it may be ended anywhere, run twice at the same time, and
 * take hours: the next run goes on. Good for one run.
 */
public final class Expiry {
    private static final Logger log = LoggerFactory.getLogger(Expiry.class);

    private final ClusterArchive archive;
    private final RetentionPolicy policy;
    private final Supplier<String> attemptIds;
    private final List<GenerationCatalog> generations;
    private final Optional<Retention> standing;
    private final Optional<Decision> decision;

    private Expiry(
            ClusterArchive archive,
            RetentionPolicy policy,
            Supplier<String> attemptIds,
            List<GenerationCatalog> generations,
            Optional<Retention> standing,
            Optional<Decision> decision) {
        this.archive = archive;
        this.policy = policy;
        this.attemptIds = attemptIds;
        this.generations = generations;
        this.standing = standing;
        this.decision = decision;
    }

    /** What becomes of a promise that the policy does not keep. */
    public enum Promise {
        /** It is kept: a shorter policy is refused. */
        KEPT,
        /** A person has said that less is enough. */
        SHORTENED
    }

    /**
     * Works out what is to be kept; changes nothing.
     *
     * @param attemptIds makes a fresh ULID at each call
     * @throws ArchiveException of kind REFUSED if less were kept than was promised
     */
    public static Expiry prepare(
            ClusterArchive archive,
            RetentionPolicy policy,
            Promise promise,
            Supplier<String> attemptIds,
            InstantSource clock) {
        Catalog catalog = archive.catalog();
        if (promise == Promise.KEPT) {
            catalog.retention().ifPresent(standing -> requireAsLong(policy, standing));
        }
        List<GenerationCatalog> generations = Decisions.generations(catalog);
        return new Expiry(
                archive,
                policy,
                attemptIds,
                generations,
                catalog.retention(),
                Decisions.make(policy, generations, clock.millis()));
    }

    private static void requireAsLong(RetentionPolicy policy, Retention standing) {
        Duration pitr = Duration.ofMillis(standing.getPitrMillis());
        Duration hourly = Duration.ofMillis(standing.getHourlyMillis());
        Duration daily = Duration.ofMillis(standing.getDailyMillis());
        if (policy.isShorterThan(pitr, hourly, daily)) {
            throw new ArchiveException(
                    Failure.REFUSED,
                    "the archive promises every revision for " + days(pitr) + ", hours for " + days(hourly)
                            + " and days for " + days(daily) + "; retention.* now say " + days(policy.pitr()) + ", "
                            + days(policy.hourly()) + " and " + days(policy.daily()),
                    "set them back, or say that less is enough with --shorten: what is given up cannot be had again");
        }
    }

    private static String days(Duration time) {
        return time.toMillis() % Duration.ofDays(1).toMillis() == 0 ? time.toDays() + "d" : time.toSeconds() + "s";
    }

    /** What stays restorable, newest first. */
    public List<Restorable> restorable() {
        List<Restorable> all = new ArrayList<>();
        for (GenerationCatalog generation : generations) {
            Floors floors = floors(generation);
            window(generation, floors).ifPresent(all::add);
            List<KeptBase> kept = floors.kept();
            for (int i = kept.size() - 1; i >= 0; i--) {
                KeptBase base = kept.get(i);
                all.add(new Restorable(
                        generation.header().getGeneration(),
                        Restorable.Kind.KEPT_POINT,
                        base.getFirst(),
                        base.getCapturedAtMillis(),
                        base.getLast(),
                        base.getCapturedAtMillis()));
            }
        }
        return all;
    }

    private Optional<Restorable> window(GenerationCatalog generation, Floors floors) {
        if (floors.isOver()) {
            return Optional.empty();
        }
        List<ManifestRow> bases = Stream.concat(generation.baseRows().stream(), generation.syntheticRows().stream())
                .filter(row -> row.getLast() >= floors.baseRevision())
                .toList();
        Optional<ManifestRow> oldest =
                bases.stream().min((one, other) -> Long.compare(one.getFirst(), other.getFirst()));
        Optional<CheckpointManifest> head = generation.head(0);
        return oldest.map(base -> new Restorable(
                generation.header().getGeneration(),
                Restorable.Kind.EVERY_REVISION,
                base.getFirst(),
                base.getFirstCapturedAtMillis(),
                Math.max(
                        head.map(CheckpointManifest::getLast).orElse(0L),
                        bases.stream().mapToLong(ManifestRow::getLast).max().orElse(0)),
                head.map(CheckpointManifest::getLastCapturedAtMillis).orElse(base.getLastCapturedAtMillis())));
    }

    private Floors floors(GenerationCatalog generation) {
        return Floors.of(
                decision.map(Decision::generations).orElse(List.of()),
                generation.header().getGeneration());
    }

    /** What {@link #run} would do. */
    public ExpiryReport rehearse() {
        return sweep(census(), Sweep.Effect.NONE);
    }

    /**
     * Decides, lists and deletes.
     *
     * @throws ArchiveException of kind VERIFICATION if a manifest that is to count is missing or damaged: nothing was
     *     given up then
     * @throws ArchiveException of kind FENCED if another run decided something meanwhile: begin anew
     */
    public ExpiryReport run() {
        // What is damaged ends the run here, while everything still counts. What is committed after the census names
        // nothing that a manifest which counts does not name.
        Census census = census();
        decision.filter(next -> !says(standing, next)).ifPresent(this::commit);
        return sweep(census, Sweep.Effect.REAL);
    }

    private void commit(Decision next) {
        if (archive.retention().commit(next, standing.map(Retention::getSeq)).isEmpty()) {
            throw new ArchiveException(
                    Failure.FENCED,
                    "another run of expire decided what is kept of " + archive.cluster() + " at the same time",
                    "nothing was deleted; run tidemark expire again");
        }
    }

    /** Whether everything was decided so already; only the time is another. */
    private static boolean says(Optional<Retention> standing, Decision next) {
        return standing.filter(known -> known.getPitrMillis() == next.pitr().toMillis()
                        && known.getHourlyMillis() == next.hourly().toMillis()
                        && known.getDailyMillis() == next.daily().toMillis()
                        && known.getGenerations().equals(next.generations()))
                .isPresent();
    }

    private Census census() {
        return Census.of(
                archive,
                generations.stream()
                        .map(one -> new Census.Subject(one.header().getGeneration(), floors(one)))
                        .toList());
    }

    private ExpiryReport sweep(Census census, Sweep.Effect effect) {
        Instant now = new StoreClock(archive.store(), attemptIds).now();
        DataListing data = new DataListing(archive);
        List<CondemnedObject> unnamed = new ArrayList<>();
        for (int i = 0; i < generations.size(); i++) {
            GenerationCatalog generation = generations.get(i);
            String id = generation.header().getGeneration();
            data.add(id);
            Instant settled = floors(generation).isOver()
                    ? Instant.MAX
                    : Settled.at(generation, i == 0 ? Settled.Topic.GOES_ON : Settled.Topic.IS_OVER);
            unnamed.addAll(data.unnamed(id, census.named(), policy.grace(), now.isBefore(settled) ? now : settled));
        }
        boolean locking = effect == Sweep.Effect.REAL && !policy.lock().isZero();
        Locks locks = locking ? extendLocks(census, now) : Locks.NONE;
        return new Sweep(archive, census, data, now, policy.grace(), effect).run(unnamed, locks);
    }

    /** What restores need must not be deletable before the next runs have come; nothing is deleted if that fails. */
    private Locks extendLocks(Census census, Instant now) {
        Instant enough = now.plus(policy.lock().dividedBy(2));
        Instant until = now.plus(policy.lock());
        Stream<String> others = Stream.of(
                        ArchiveLayout.headers(),
                        ArchiveLayout.schemas(),
                        ArchiveLayout.retentions(),
                        ArchiveLayout.keys())
                .flatMap(prefix -> Census.list(archive, prefix).stream())
                .map(ObjectInfo::name);
        Stream<String> counting = Stream.concat(census.counting().stream(), census.named().stream())
                .map(name -> archive.root() + name);
        Map<LockOutcome, Long> outcomes = Stream.concat(others, counting)
                .collect(Collectors.groupingBy(
                        name -> archive.store().extendLock(name, enough, until), Collectors.counting()));
        Locks locks = new Locks(
                outcomes.getOrDefault(LockOutcome.EXTENDED, 0L), outcomes.getOrDefault(LockOutcome.NOT_LOCKED, 0L));
        if (locks.missing() > 0) {
            log.warn(
                    "retention.lock is set, but {} locks {} objects of {} not at all that restores need: it needs a bucket"
                            + " with Object Lock and a default retention, which locks what is written from then on",
                    archive.store().uri(),
                    locks.missing(),
                    archive.cluster());
        }
        return locks;
    }
}
