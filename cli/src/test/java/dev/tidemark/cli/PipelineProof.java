package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.archive.catalog.GenerationCatalog;
import dev.tidemark.etcd.rpc.HashKvAnswer;
import dev.tidemark.restorer.Sources;
import dev.tidemark.restorer.info.ArchiveInfo;
import dev.tidemark.restorer.output.Output;
import dev.tidemark.restorer.past.PastReader;
import dev.tidemark.restorer.past.PastRecord;
import dev.tidemark.restorer.past.SourceHash;
import dev.tidemark.restorer.plan.UnreachableTargetException;
import dev.tidemark.restorer.restore.RestoreProgress;
import dev.tidemark.restorer.restore.RestoreRequest;
import dev.tidemark.restorer.restore.RestoreResult;
import dev.tidemark.restorer.restore.Restorer;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.workload.KeyState;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.BaseDescriptor;
import dev.tidemark.schemas.avro.CheckpointManifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** What must hold of a captured history, and is tried on a random sample of its revisions. */
final class PipelineProof {
    private static final int RANDOM_REVISIONS = 40;
    private static final int RANDOM_REVISIONS_OF_THE_SOURCE = 10;
    private static final int RANDOM_KEYS = 20;

    private final PipelineHarness harness;
    private final Path directory;
    private final RevisionRange tail;
    private final Random random;
    private final Sources sources;
    private final BaseDescriptor base;
    private final long last;
    private final HashKvAnswer newest;
    private final SortedSet<Long> sample = new TreeSet<>();
    private final SortedSet<Long> booted = new TreeSet<>();

    /**
     * A proof of a history that is complete and stays as it is.
     *
     * @param tail the revisions that only the topic holds
     */
    PipelineProof(PipelineHarness harness, Path directory, RevisionRange tail, Random random) {
        this.harness = harness;
        this.directory = directory;
        this.tail = tail;
        this.random = random;
        this.sources = harness.sources();
        this.base = harness.newest().orElseThrow().bases().get(0).getBase();
        this.last = harness.oracle().lastRevision();
        this.newest = harness.hashOfSource(last).orElseThrow();
        choose();
    }

    private void choose() {
        long first = base.getCompactRevision();
        booted.addAll(List.of(first, last));
        booted.add(between(first + 1, base.getRevision()));
        booted.add(between(tail.first(), tail.last()));
        booted.add(between(base.getRevision() + 1, tail.first()));
        booted.add(newest.compactRevision());
        sample.addAll(booted);
        int special = sample.size();
        while (sample.size() < special + RANDOM_REVISIONS) {
            sample.add(between(first, last));
        }
        while (sample.size() < special + RANDOM_REVISIONS + RANDOM_REVISIONS_OF_THE_SOURCE) {
            sample.add(between(newest.compactRevision() + 1, last));
        }
        booted.addAll(sample.tailSet(newest.compactRevision() + 1));
    }

    /** Tries everything; says how much that was. */
    String all() {
        oneGenerationHoldsAllWithoutAHole();
        theCheckpointsAreDense();
        assertThat(inTwoThreads(this::theKeyspaceComesBack)).hasSameSizeAs(sample);
        long hashes = inTwoThreads(this::theSourcesHashIsComputed).stream()
                .filter(computed -> computed)
                .count();
        assertThat(hashes)
                .as("hashes compared with the source's")
                .isGreaterThanOrEqualTo(RANDOM_REVISIONS_OF_THE_SOURCE);
        aHistoryHashesAsTheSourceItself(between(newest.compactRevision() + 1, last));
        aHistoryHashesAsTheSourceItself(last);
        singleKeysAreFound();
        whatLiesOutsideIsRefused();
        return "%d restores, %d booted, %d hashes of the source computed, 2 equal directly"
                .formatted(sample.size() + 2, booted.size() + 2, hashes);
    }

    /** Tries each revision of the sample, two at a time: whoever restores may have more than one to restore too. */
    private <T> List<T> inTwoThreads(Function<Long, T> trial) {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<CompletableFuture<T>> trials = sample.stream()
                    .map(revision -> CompletableFuture.supplyAsync(() -> trial.apply(revision), threads))
                    .toList();
            return trials.stream().map(CompletableFuture::join).toList();
        } finally {
            threads.shutdownNow();
        }
    }

    private void oneGenerationHoldsAllWithoutAHole() {
        ArchiveInfo info = ArchiveInfo.read(sources);
        assertThat(info.holes()).isEmpty();
        assertThat(info.generations()).hasSize(1);
        ArchiveInfo.Generation only = info.generations().get(0);
        assertThat(only.earliest().orElseThrow().revision()).isEqualTo(base.getCompactRevision());
        assertThat(only.latest().orElseThrow().revision()).isEqualTo(last);
    }

    private void theCheckpointsAreDense() {
        GenerationCatalog generation = harness.newest().orElseThrow();
        long head = generation.head(0).orElseThrow().getLast();
        assertThat(head).as("the archive ends before the tail").isEqualTo(tail.first() - 1);
        long expected = base.getRevision() + 1;
        for (CheckpointManifest checkpoint : generation.checkpoints(new RevisionRange(expected, head))) {
            assertThat(checkpoint.getFirst()).isEqualTo(expected);
            assertThat(checkpoint.getLast()).isGreaterThanOrEqualTo(checkpoint.getFirst());
            expected = checkpoint.getLast() + 1;
        }
        assertThat(expected).isEqualTo(head + 1);
    }

    private RestoreResult theKeyspaceComesBack(long revision) {
        Path file = directory.resolve(revision + ".db");
        RestoreResult result = restore(request(revision, file).withoutBump());
        NavigableMap<byte[], KeyState> expected = harness.oracle().stateAt(revision);
        assertThat(result.revision()).isEqualTo(revision);
        assertThat(result.bumpedTo()).isEmpty();
        assertThat(result.keys()).isEqualTo(expected.size());
        assertThat(Keyspaces.differences(Keyspaces.inFile(file, revision), expected))
                .as("restored file at %d", revision)
                .isEmpty();
        if (booted.contains(revision)) {
            aBootedEtcdAgrees(file, result, expected);
        }
        delete(file);
        return result;
    }

    private void aBootedEtcdAgrees(Path file, RestoreResult result, NavigableMap<byte[], KeyState> expected) {
        long revision = result.revision();
        try (EtcdServer etcd = EtcdServer.restored(file, harness.version())) {
            assertThat(Keyspaces.differences(Keyspaces.readByEtcdctl(etcd, revision), expected))
                    .as("etcd booted at %d", revision)
                    .isEmpty();
            HashKvAnswer answer = PipelineHarness.hashOf(etcd.endpoint(), revision);
            assertThat(answer.compactRevision()).isEqualTo(revision);
            assertThat(answer.hash())
                    .as("hash of etcd booted at %d", revision)
                    .isEqualTo(result.hash().orElseThrow());
        }
    }

    /**
     * Whether the source still answered for what the archive holds raw: at a revision at which it was compacted it may
     * answer from its memory, for the compaction before, and that may be older than the base.
     */
    private boolean theSourcesHashIsComputed(long revision) {
        Optional<HashKvAnswer> source = harness.hashOfSource(revision)
                .filter(answer ->
                        answer.compactRevision() < revision && answer.compactRevision() >= base.getCompactRevision());
        source.ifPresent(answer -> assertThat(
                        new SourceHash(sources).at(Target.revision(revision), answer.compactRevision()))
                .as("hash of the source at %d, compacted at %d", revision, answer.compactRevision())
                .isInstanceOfSatisfying(SourceHash.Answer.Computed.class, computed -> assertThat(computed.hash())
                        .isEqualTo(answer.hash())));
        return source.isPresent();
    }

    private void aHistoryHashesAsTheSourceItself(long revision) {
        HashKvAnswer source = harness.hashOfSource(revision).orElseThrow();
        long compacted = source.compactRevision();
        Path file = directory.resolve("history.db");
        restore(request(revision, file).withHistoryFrom(compacted));
        theRecordsAreTheOracles(file, new RevisionRange(compacted + 1, revision));
        try (EtcdServer etcd = EtcdServer.restored(file, harness.version())) {
            HashKvAnswer answer = PipelineHarness.hashOf(etcd.endpoint(), revision);
            assertThat(answer.compactRevision()).isEqualTo(compacted);
            assertThat(answer.hash()).as("history %d..%d", compacted, revision).isEqualTo(source.hash());
        }
        delete(file);
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void theRecordsAreTheOracles(Path file, RevisionRange revisions) {
        List<Change> records = Keyspaces.recordsIn(file).stream()
                .filter(change -> change.main() >= revisions.first())
                .toList();
        int next = 0;
        for (long main = revisions.first(); main <= revisions.last(); main++) {
            for (Change expected : harness.oracle().changesOf(main)) {
                Change actual = records.get(next++);
                assertThat(actual.sameContent(expected))
                        .as("%s must be %s", actual, expected)
                        .isTrue();
            }
        }
        assertThat(records).hasSize(next);
    }

    private void singleKeysAreFound() {
        PastReader reader = new PastReader(sources);
        for (int i = 0; i < RANDOM_KEYS; i++) {
            long revision = between(base.getCompactRevision(), last);
            byte[] key = anyKeyAt(between(base.getCompactRevision(), last));
            KeyState expected = harness.oracle().stateAt(revision).get(key);
            List<PastRecord> found = reader.get(key, Target.revision(revision)).records();
            assertThat(found.stream().map(PipelineProof::stateOf).toList())
                    .as("a key at %d", revision)
                    .isEqualTo(expected == null ? List.of() : List.of(expected));
        }
    }

    private byte[] anyKeyAt(long revision) {
        List<byte[]> keys = List.copyOf(harness.oracle().stateAt(revision).keySet());
        return keys.get(random.nextInt(keys.size()));
    }

    private static KeyState stateOf(PastRecord found) {
        return new KeyState(found.value(), found.createRevision(), found.modRevision(), found.version(), found.lease());
    }

    private void whatLiesOutsideIsRefused() {
        refuses(Target.revision(last + 1));
        refuses(Target.revision(base.getCompactRevision() - 1));
        refuses(Target.time(Instant.now().plusSeconds(3_600)));
        refuses(Target.time(Instant.EPOCH));
        int code = Tidemark.commandLine()
                .execute(
                        "plan",
                        "--quiet",
                        "--config",
                        harness.settingsFile().toString(),
                        "--to",
                        Long.toString(last + 1));
        assertThat(code).isEqualTo(Failure.UNREACHABLE_TARGET.exitCode());
    }

    private void refuses(Target target) {
        Path file = directory.resolve("never.db");
        assertThatThrownBy(() -> restore(RestoreRequest.database(target, Output.newFile(file))))
                .as("a restore to %s", target)
                .isInstanceOfSatisfying(UnreachableTargetException.class, e -> assertThat(e.failure())
                        .isEqualTo(Failure.UNREACHABLE_TARGET));
        assertThat(file).doesNotExist();
    }

    private RestoreResult restore(RestoreRequest request) {
        return new Restorer(sources).restore(request, RestoreProgress.NONE);
    }

    private static RestoreRequest request(long revision, Path file) {
        return RestoreRequest.database(Target.revision(revision), Output.newFile(file));
    }

    private long between(long from, long to) {
        return from + random.nextLong(to - from + 1);
    }
}
