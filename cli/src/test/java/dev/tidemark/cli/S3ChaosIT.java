package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.catalog.GenerationCatalog;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.restorer.info.ArchiveInfo;
import dev.tidemark.restorer.output.Output;
import dev.tidemark.restorer.restore.RestoreProgress;
import dev.tidemark.restorer.restore.RestoreRequest;
import dev.tidemark.restorer.restore.Restorer;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.Eventually;
import dev.tidemark.sandbox.faults.S3Deed;
import dev.tidemark.sandbox.faults.S3Fault;
import dev.tidemark.sandbox.faults.S3Plan;
import dev.tidemark.sandbox.faults.S3Request;
import dev.tidemark.sandbox.faults.S3Shares;
import dev.tidemark.sandbox.faults.S3Tally;
import dev.tidemark.sandbox.workload.Plan;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.BaseDescriptor;
import dev.tidemark.schemas.avro.CheckpointManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole installation on real servers, with a way to the store on which two requests of three go wrong: errors,
 * throttling, delays, cuts, flipped bits, and answers that are lost after their effect; and with services that are killed
 * all the while. Every restore meanwhile is right or an honest error, and in the end nothing is missing or double.
 *
 * <p>Three minutes of it, or as many as {@code -Dchaos=20m} says; {@code -Dchaos.seed} repeats a run's choices.
 */
class S3ChaosIT {
    private static final Duration TIME =
            Duration.parse("PT" + System.getProperty("chaos", "3m").toUpperCase(Locale.ROOT));
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    /** Short, so that ten checkpoints make a level 1, and twelve of those a level 2 soon after the storm. */
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private static final Duration WITHOUT_BASES = Duration.ofSeconds(15);
    private static final int REQUESTS_PER_SECOND = 60;
    private static final int SECONDS_OF_A_ROUND = 10;
    private static final int SWEPT = 2;
    private static final int RANDOM_REVISIONS = 60;
    private static final int EVERY_NTH = 8;
    private static final int HOUR = 2;
    private static final String ARCHIVE = "/tidemark/archive/";
    private static final Pattern DAMAGE_SEEN = Pattern.compile("arrived damaged|came damaged twice");

    @TempDir
    private Path directory;

    private final long seed = Long.getLong("chaos.seed", new Random().nextLong());
    private final Random random = new Random(seed);
    private long parts;
    private int kills;
    private int honestEnds;

    @Test
    void noRestoreIsWrongAndNothingIsLostOnABadWayToTheStore() throws Exception {
        System.out.printf("S3 chaos for %s, -Dchaos.seed=%d%n", TIME, seed);
        S3Plan heavy = withoutBases(S3Shares.heavy().plan(seed));
        try (PipelineHarness harness = PipelineHarness.startInChaos(EtcdVersion.V3_6, directory, heavy, INTERVAL);
                ChaosRestores restores = new ChaosRestores(harness, directory)) {
            try {
                storm(harness, restores);
                S3Tally tally = harness.wayToStore().tally();
                harness.wayToStore().follow(S3Plan.CALM);
                growAnHour(harness);
                settle(harness);
                restores.finish(harness.oracle());
                String proven = prove(harness);
                List<String> seen = damageSeen(harness, restores.logs());
                System.out.printf(
                        "S3 chaos, seed %d: %d revisions, %s; %d kills, %d honest ends of services; restores by exit"
                                + " code %s; %s; damage seen %d times%n",
                        seed,
                        harness.oracle().lastRevision(),
                        proven,
                        kills,
                        honestEnds,
                        restores.codes(),
                        tally,
                        seen.size());
                everyDamageInAWholeObjectWasSeen(tally, seen);
                harness.compactor().kill();
                harness.capture().kill();
                verify(harness);
                System.out.println(damageEachAnswerInTurn(harness));
            } catch (RuntimeException | AssertionError e) {
                e.addSuppressed(new AssertionError(harness.logs()));
                throw e;
            }
        }
    }

    /** For a while no base is finished, so that its upload must begin anew, under another attempt. */
    private static S3Plan withoutBases(S3Plan plan) {
        AtomicLong first = new AtomicLong();
        return request -> {
            long now = System.nanoTime();
            if (request.method().equals("PUT") && request.target().endsWith("/base")) {
                first.compareAndSet(0, now);
                if (now - first.get() < WITHOUT_BASES.toNanos()) {
                    return S3Deed.of(S3Fault.THROTTLED);
                }
            }
            return plan.next(request);
        };
    }

    private void storm(PipelineHarness harness, ChaosRestores restores) throws IOException {
        harness.workload().run(Plan.of(2_000).withSeed(seed + parts++));
        harness.capture().start();
        harness.compactor().start();
        long end = System.nanoTime() + TIME.toNanos();
        while (System.nanoTime() < end || !hasServed(harness, restores)) {
            assertThat(System.nanoTime() - end)
                    .as("time until a restore went well")
                    .isLessThan(PATIENCE.toNanos());
            Plan plan = Plan.of((long) REQUESTS_PER_SECOND * SECONDS_OF_A_ROUND)
                    .withRate(REQUESTS_PER_SECOND)
                    .withSeed(seed + parts++);
            CompletableFuture<Void> writing =
                    CompletableFuture.runAsync(() -> harness.workload().run(plan));
            while (!writing.isDone()) {
                disturb(harness, restores);
                sleep(Duration.ofMillis(500));
            }
            writing.join();
            restores.check(harness.oracle());
        }
    }

    /** A storm that nothing came through would prove little. */
    private static boolean hasServed(PipelineHarness harness, ChaosRestores restores) {
        return restores.codes().containsKey(0)
                && harness.newest()
                        .filter(GenerationCatalog::hasBase)
                        .flatMap(generation -> generation.head(0))
                        .filter(head -> head.getSeq() > SWEPT)
                        .isPresent();
    }

    private static boolean level(PipelineHarness harness, int level) {
        return harness.newest().flatMap(generation -> generation.head(level)).isPresent();
    }

    /** On a good way again, until what the storm left and what follows it are merged into a level 2 and a base. */
    private void growAnHour(PipelineHarness harness) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!level(harness, HOUR)
                || harness.newest().orElseThrow().syntheticHead().isEmpty()) {
            assertThat(System.nanoTime())
                    .as("time until level 2 and a synthetic base were made")
                    .isLessThan(end);
            keepAlive(harness.capture());
            keepAlive(harness.compactor());
            harness.workload()
                    .run(Plan.of(REQUESTS_PER_SECOND)
                            .withRate(REQUESTS_PER_SECOND)
                            .withSeed(seed + parts++));
        }
    }

    /** Everything that the storm left is as it must be, merges worked out again. */
    private static void verify(PipelineHarness harness) {
        Invocation run = Invocation.of("verify", "--level=content", "--json", "--config=" + harness.settingsFile());
        assertThat(run.code()).as(run.out() + run.err()).isZero();
        assertThat(run.json().at("/objects/checked").asLong()).isPositive();
    }

    private void disturb(PipelineHarness harness, ChaosRestores restores) {
        keepAlive(harness.capture());
        keepAlive(harness.compactor());
        // Twice a second: the compactor dies twice a minute or so, capture once in two minutes.
        if (random.nextInt(60) == 0) {
            kill(harness.compactor());
        }
        if (random.nextInt(240) == 0) {
            kill(harness.capture());
        }
        if (restores.hasRoom()) {
            harness.newest()
                    .filter(GenerationCatalog::hasBase)
                    .flatMap(generation -> generation.head(0))
                    .map(CheckpointManifest::getLast)
                    .ifPresent(last -> restores.begin(between(base(harness).getCompactRevision(), last)));
        }
    }

    private void kill(ServiceProcess service) {
        kills++;
        PipelineHarness.killAndRestart(service);
    }

    /** Who meets the store for the first time, and finds it unusable, may say so and end. */
    private void keepAlive(ServiceProcess service) {
        if (!service.isAlive()) {
            assertThat(service.exitCode()).as(service.log()).isEqualTo(Failure.UNAVAILABLE.exitCode());
            honestEnds++;
            service.start();
        }
    }

    private void settle(PipelineHarness harness) {
        long last = harness.oracle().lastRevision();
        Eventually.eventually(PATIENCE, () -> {
            keepAlive(harness.capture());
            keepAlive(harness.compactor());
            assertThat(harness.newest()
                            .flatMap(generation -> generation.head(0))
                            .map(CheckpointManifest::getLast))
                    .as("the archive's last revision")
                    .hasValue(last);
        });
    }

    /** Every revision can be restored, and each is there once; says how much that was. */
    private String prove(PipelineHarness harness) throws IOException {
        long last = harness.oracle().lastRevision();
        ArchiveInfo info = ArchiveInfo.read(harness.sources());
        assertThat(info.holes()).isEmpty();
        assertThat(info.generations()).hasSize(1);
        GenerationCatalog generation = harness.newest().orElseThrow();
        BaseDescriptor base = base(harness);
        // The base may be a later one than the generation's, where captures died before theirs was there.
        long next = generation.header().getBaseRevision() + 1;
        List<CheckpointManifest> checkpoints = generation.checkpoints(new RevisionRange(next, last));
        for (CheckpointManifest checkpoint : checkpoints) {
            assertThat(checkpoint.getFirst()).isEqualTo(next);
            next = checkpoint.getLast() + 1;
        }
        assertThat(next).isEqualTo(last + 1);
        String id = generation.header().getGeneration();
        assertThat(sequences(harness, ArchiveLayout.checkpoints(id, 0)))
                .isEqualTo(upTo(checkpoints.get(checkpoints.size() - 1).getSeq()));
        assertThat(sequences(harness, ArchiveLayout.bases(id)))
                .isEqualTo(upTo(generation.bases().size() - 1));
        assertThat(attemptsAtABase(harness, id)).as("attempts to upload a base").isGreaterThan(1);
        SortedSet<Long> sample = new TreeSet<>(List.of(base.getCompactRevision(), base.getRevision(), last));
        for (int i = 0; i < checkpoints.size(); i += EVERY_NTH) {
            sample.add(checkpoints.get(i).getLast());
        }
        for (int level = 1; level <= HOUR; level++) {
            List<CheckpointManifest> merged = generation.inside(level, new RevisionRange(1, last));
            assertThat(merged).as("checkpoints of level " + level).isNotEmpty();
            merged.forEach(checkpoint -> sample.add(checkpoint.getLast()));
        }
        for (int i = 0; i < RANDOM_REVISIONS; i++) {
            sample.add(between(base.getCompactRevision(), last));
        }
        for (long revision : sample) {
            theKeyspaceComesBack(harness, revision);
        }
        return checkpoints.size() + " checkpoints, " + sample.size() + " revisions restored in the end";
    }

    private static long attemptsAtABase(PipelineHarness harness, String generation) {
        String root = ArchiveLayout.clusterRoot("pipeline");
        return harness.store().list(root + "d/" + generation + "/", "", 100_000).stream()
                .filter(object -> object.name().endsWith("/side.avro"))
                .count();
    }

    private static List<Long> sequences(PipelineHarness harness, String prefix) {
        String root = ArchiveLayout.clusterRoot("pipeline");
        return harness.store().list(root + prefix, "", 100_000).stream()
                .map(ObjectInfo::name)
                .map(ArchiveLayout::sequence)
                .sorted()
                .toList();
    }

    private static List<Long> upTo(long last) {
        List<Long> all = new ArrayList<>();
        for (long n = 0; n <= last; n++) {
            all.add(n);
        }
        return all;
    }

    private void theKeyspaceComesBack(PipelineHarness harness, long revision) throws IOException {
        Path file = directory.resolve("proof.db");
        new Restorer(harness.sources())
                .restore(
                        RestoreRequest.database(Target.revision(revision), Output.newFile(file))
                                .withoutBump(),
                        RestoreProgress.NONE);
        assertThat(Keyspaces.differences(
                        Keyspaces.inFile(file, revision), harness.oracle().stateAt(revision)))
                .as("restored file at %d", revision)
                .isEmpty();
        Files.delete(file);
    }

    /**
     * One restore after another, of which one answer of the store arrives with a flipped bit: the first one's first, the
     * next one's second, and so on. None fails, and none gives other bytes. In a whole object the damage is always seen;
     * in a range of one it may have hit what was fetched beside what was wanted.
     */
    private String damageEachAnswerInTurn(PipelineHarness harness) throws IOException {
        GenerationCatalog generation = harness.newest().orElseThrow();
        List<CheckpointManifest> checkpoints =
                generation.checkpoints(new RevisionRange(base(harness).getRevision() + 1, Long.MAX_VALUE - 1));
        long revision = checkpoints.get(Math.min(SWEPT, checkpoints.size() - 1)).getLast();
        AtomicInteger requests = new AtomicInteger();
        harness.wayToStore().follow(request -> {
            requests.incrementAndGet();
            return S3Deed.of(S3Fault.NONE);
        });
        String good = sha256(restoreInChaos(harness, revision));
        int all = requests.get();
        int damaged = 0;
        int seen = 0;
        for (int n = 0; n < all; n++) {
            OneDamage plan = new OneDamage(n, random.nextDouble());
            harness.wayToStore().follow(plan);
            Invocation run = restoreInChaos(harness, revision);
            assertThat(run.code()).as("%s: %s", plan, run.err()).isZero();
            assertThat(sha256(run)).as("%s", plan).isEqualTo(good);
            S3Request hit = plan.hit.get();
            if (hit != null && hit.readsAnObject()) {
                damaged++;
                boolean seenHere = DAMAGE_SEEN.matcher(run.err()).find();
                assertThat(seenHere || !hit.range().isEmpty())
                        .as("%s is seen", plan)
                        .isTrue();
                seen += seenHere ? 1 : 0;
            }
        }
        assertThat(damaged).isGreaterThan(10);
        assertThat(seen).as("damages seen of " + damaged).isGreaterThan(damaged / 2);
        return "one answer damaged in each of %d restores: %d objects' bytes, of which %d were seen, and none passed on"
                .formatted(all, damaged, seen);
    }

    private Invocation restoreInChaos(PipelineHarness harness, long revision) throws IOException {
        Path file = directory.resolve("swept.db");
        Files.deleteIfExists(file);
        return Invocation.of(
                "restore",
                "--config",
                harness.settingsFile().toString(),
                "--to",
                Long.toString(revision),
                "--json",
                "-o",
                file.toString());
    }

    private static String sha256(Invocation run) {
        return run.json().at("/output/sha256").asText();
    }

    /** Flips a bit in the answer to one request. */
    private static final class OneDamage implements S3Plan {
        private final int which;
        private final double where;
        private final AtomicInteger requests = new AtomicInteger();
        private final AtomicReference<S3Request> hit = new AtomicReference<>();

        OneDamage(int which, double where) {
            this.which = which;
            this.where = where;
        }

        @Override
        public S3Deed next(S3Request request) {
            if (requests.getAndIncrement() != which) {
                return S3Deed.of(S3Fault.NONE);
            }
            hit.set(request);
            return new S3Deed(S3Fault.CORRUPTED, Duration.ZERO, where);
        }

        @Override
        public String toString() {
            return "request " + which + " damaged at " + where + ": " + hit.get();
        }
    }

    /** Whoever was killed with the damage in its hands could not say so. */
    private void everyDamageInAWholeObjectWasSeen(S3Tally tally, List<String> seen) {
        List<S3Request> unseen = tally.corruptedReads().stream()
                .filter(read -> read.range().isEmpty())
                .filter(read -> seen.stream()
                        .noneMatch(line -> line.contains(read.target().substring(ARCHIVE.length()))))
                .toList();
        assertThat(unseen).as("damaged whole objects that nobody saw").hasSizeLessThanOrEqualTo(kills);
        assertThat(seen).as("damage seen").hasSizeLessThanOrEqualTo((int) tally.of(S3Fault.CORRUPTED));
    }

    private static List<String> damageSeen(PipelineHarness harness, List<Path> logs) throws IOException {
        StringBuilder all = new StringBuilder(harness.logs());
        for (Path log : logs) {
            all.append(Files.readString(log));
        }
        return all.toString()
                .lines()
                .filter(line -> DAMAGE_SEEN.matcher(line).find())
                .toList();
    }

    private static BaseDescriptor base(PipelineHarness harness) {
        return harness.newest().orElseThrow().bases().get(0).getBase();
    }

    private long between(long from, long to) {
        return from + random.nextLong(to - from + 1);
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
