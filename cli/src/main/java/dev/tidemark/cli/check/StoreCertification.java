package dev.tidemark.cli.check;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.store.BucketFacts;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.schemas.Failure;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Certifies a store: all that commits, restores and retention rest on is tried, and tried under a race. Never hangs, and
 * takes away what it wrote, however it ends.
 */
public final class StoreCertification {
    private static final Duration PATIENCE = Duration.ofSeconds(130);
    private static final Duration CLEANING = Duration.ofSeconds(30);
    private static final Duration END = Duration.ofSeconds(5);
    private static final Duration ABANDONED = Duration.ofHours(1);
    private static final Duration CLOCKS = Duration.ofMinutes(1);
    private static final int CLEANERS = 16;
    private static final int PAGE = 1_000;
    private static final String NOT_TOLD = "the store does not tell this user";

    private final Subject subject;
    private final Clock clock;
    private final String place;
    private final ExecutorService trying = threads();
    private final ExecutorService cleaning = threads();
    private boolean stopped;

    /**
     * What is certified.
     *
     * @param store opens the archive's store as who only reads does
     * @param facts asks the bucket itself; empty for a directory
     * @param expirations the store's own rules that would delete from the archive; empty if they cannot be read
     * @param scratch a local directory with room for 64 MiB
     * @param locked for how long ahead expire is to keep things locked; zero: not at all
     */
    public record Subject(
            Supplier<ObjectStore> store,
            Supplier<Optional<BucketFacts>> facts,
            Supplier<Optional<List<String>>> expirations,
            Path scratch,
            Duration locked) {}

    /**
     * Nothing is asked yet.
     *
     * @param attempt a ULID that nobody used before: the place of this certification's objects
     */
    public StoreCertification(Subject subject, String attempt, Clock clock) {
        this.subject = subject;
        this.clock = clock;
        this.place = ArchiveLayout.probes() + attempt + "/";
    }

    private static ExecutorService threads() {
        return Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "tidemark-check");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Tries everything: three minutes at most.
     *
     * @throws ArchiveException if it was interrupted; its objects are gone then too
     */
    public List<Finding> run() {
        Findings findings = new Findings();
        ObjectStore[] opened = new ObjectStore[1];
        try {
            boolean reachable = findings.check("archive", name -> {
                opened[0] = subject.store().get();
                opened[0].list("", "", 1);
                return Finding.ok(name, opened[0].uri().toString());
            });
            if (!reachable) {
                return findings.cutOff("");
            }
            Trial trial = new Trial(opened[0], place, trying);
            List<Finding> cleaned;
            try {
                await(() -> tryAll(findings, trial), trying, PATIENCE);
            } finally {
                // What their end makes the trials throw is no finding.
                findings.cutOff(PATIENCE.toSeconds() + " s");
                cleaned = cleanUp(trial);
            }
            if (stopped) {
                throw interrupted(null);
            }
            return Stream.concat(findings.cutOff("").stream(), cleaned.stream()).toList();
        } catch (InterruptedException e) {
            throw interrupted(e);
        } finally {
            trying.shutdownNow();
            cleaning.shutdownNow();
            if (opened[0] != null) {
                opened[0].close();
            }
        }
    }

    /** Nothing may be written any more once it is taken away. */
    private List<Finding> cleanUp(Trial trial) throws InterruptedException {
        trying.shutdownNow();
        trying.awaitTermination(END.toSeconds(), TimeUnit.SECONDS);
        Findings last = new Findings();
        Trial cleaned = new Trial(trial.store(), place, cleaning, trial.named());
        await(() -> last.check("archive cleanup", name -> clean(name, cleaned)), cleaning, CLEANING);
        return last.cutOff(CLEANING.toSeconds() + " s");
    }

    private ArchiveException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new ArchiveException(
                Failure.UNAVAILABLE,
                "interrupted while the store was tried",
                "if anything is left below " + place + ", a later check takes it away",
                cause);
    }

    private void tryAll(Findings findings, Trial trial) {
        ConsistencyTrial consistency = new ConsistencyTrial(trial);
        ReadTrial reads = new ReadTrial(trial, subject.scratch());
        boolean writable = findings.check("archive race", new RaceTrial(trial, System::nanoTime)::look);
        if (!writable
                && findings.of("archive race")
                        .filter(StoreCertification::isRefusal)
                        .isEmpty()) {
            findings.skip(
                    "nothing can be written",
                    "archive consistency",
                    "archive deletion",
                    "archive ranges",
                    "archive large object",
                    "archive listing");
        } else {
            findings.check("archive consistency", consistency::writes);
            findings.check("archive deletion", consistency::deletions);
            findings.check("archive ranges", reads::ranges);
            findings.check("archive large object", reads::large);
            findings.check("archive listing", new ListingTrial(trial)::look);
        }
        askBucket(findings, trial);
        findings.check("archive lifecycle", name -> StoreChecks.lifecycle(name, subject.expirations()));
    }

    /** What a store does wrong is no reason to look no further. */
    private static boolean isRefusal(Finding finding) {
        return finding.failure().filter(failure -> failure == Failure.REFUSED).isPresent();
    }

    private void askBucket(Findings findings, Trial trial) {
        Optional<BucketFacts> facts = subject.facts().get();
        if (facts.isEmpty()) {
            findings.skip("a directory has none", "archive multipart", "archive versioning");
            findings.check(
                    "archive object lock",
                    name -> subject.locked().isZero()
                            ? Finding.skip(name, "a directory has none")
                            : unlocked(name, "a directory has none"));
            findings.check("archive clock", name -> clock(name, fileClockAhead(trial)));
            return;
        }
        try (BucketFacts bucket = facts.get()) {
            findings.check("archive multipart", name -> multipart(name, bucket, trial));
            findings.check("archive versioning", name -> bucket.versioning()
                    .map(status -> Finding.ok(
                            name, status + (status.equals("Off") ? "" : ": what is deleted stays as a former version")))
                    .orElseGet(() -> Finding.skip(name, NOT_TOLD)));
            findings.check("archive object lock", name -> bucket.objectLock()
                    .map(lock -> lock.everything() || subject.locked().isZero()
                            ? Finding.ok(name, lock.words())
                            : unlocked(name, lock.words()))
                    .orElseGet(() -> Finding.skip(name, NOT_TOLD)));
            findings.check("archive clock", name -> clock(name, bucket.clockAhead(clock)));
        }
    }

    /** Only what is locked can be locked for longer. */
    private static Finding unlocked(String name, String lock) {
        return Finding.warn(
                name,
                lock + ": retention.lock is set, and will lock nothing",
                "give the bucket a default retention; what was written before stays unlocked"
                        + " (docs/store-access.md, Object Lock)");
    }

    private Finding multipart(String name, BucketFacts bucket, Trial trial) {
        ObjectStore store = trial.store();
        String object = trial.name("parts");
        BucketFacts.BrokenOff broken = bucket.breakOff(object);
        if (!broken.begun()) {
            return Finding.warn(
                    name,
                    "not possible: " + broken.why(),
                    "Tidemark sends every object as one part and does not need it");
        }
        if (store.exists(object) || !store.list(object, "", 1).isEmpty()) {
            return Finding.fail(
                    name,
                    Failure.VERIFICATION,
                    "an upload in parts that was broken off left an object behind",
                    "use a store that shows objects whole or not at all");
        }
        List<String> left = broken.leftovers().orElse(List.of());
        if (!left.isEmpty()) {
            return Finding.warn(
                    name,
                    "unfinished uploads lie below the archive's prefix, and cost room: " + left,
                    "none are Tidemark's; a lifecycle rule AbortIncompleteMultipartUpload takes them away");
        }
        return Finding.ok(
                name,
                "one that was broken off is not seen"
                        + (broken.leftovers().isPresent() ? ", and nothing of it is left" : ""));
    }

    private Optional<Duration> fileClockAhead(Trial trial) {
        String object = trial.name("clock");
        trial.store().put(object, new byte[] {1});
        return trial.store().stat(object).map(ObjectInfo::storedAt).map(at -> Duration.between(clock.instant(), at));
    }

    private static Finding clock(String name, Optional<Duration> ahead) {
        if (ahead.isEmpty()) {
            return Finding.skip(name, "the store's answers carry no date");
        }
        double seconds = ahead.get().toMillis() / 1_000.0;
        String detail = String.format(
                Locale.ROOT,
                "the store's clock is %.1f s %s this machine's",
                Math.abs(seconds),
                seconds < 0 ? "behind" : "ahead of");
        return ahead.get().abs().compareTo(CLOCKS) <= 0
                ? Finding.ok(name, detail)
                : Finding.warn(
                        name,
                        detail + "; what is deleted from the archive waits by the store's clock",
                        "set the clocks right: requests are refused from 15 minutes on");
    }

    /** Takes away this certification's objects, and those of former ones that were killed. */
    private Finding clean(String name, Trial trial) {
        Instant old = clock.instant().minus(ABANDONED);
        Set<String> gone = new TreeSet<>(trial.named());
        int abandoned = 0;
        List<ObjectInfo> found = List.of();
        do {
            String after = found.isEmpty() ? "" : found.get(found.size() - 1).name();
            found = trial.store().list(ArchiveLayout.probes(), after, PAGE);
            for (ObjectInfo object : found) {
                boolean own = object.name().startsWith(place);
                if (own || object.storedAt().isBefore(old)) {
                    gone.add(object.name());
                    abandoned += own ? 0 : 1;
                }
            }
        } while (found.size() == PAGE);
        List<String> names = List.copyOf(gone);
        trial.atOnce(CLEANERS, cleaner -> {
            for (int n = cleaner; n < names.size(); n += CLEANERS) {
                trial.store().delete(names.get(n));
            }
            return cleaner;
        });
        String detail = names.size() + " names below " + ArchiveLayout.probes() + " were deleted"
                + (abandoned == 0 ? "" : ", " + abandoned + " of them left by a check that was killed");
        return trial.store().list(place, "", 1).isEmpty()
                ? Finding.ok(name, detail)
                : Finding.warn(name, detail + ", but some are still listed", "delete " + place + " by hand");
    }

    /** Runs something for that long at most; what it does then is not waited for. */
    private void await(Runnable work, ExecutorService threads, Duration patience) {
        try {
            CompletableFuture.runAsync(work, threads).get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // The finding that is missing says so.
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            // Told to stop: what was written is taken away all the same, and then it ends.
            stopped = true;
        }
    }
}
