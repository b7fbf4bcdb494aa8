package dev.tidemark.restorer.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.etcd.file.EtcdDatabase;
import dev.tidemark.restorer.RestoreException;
import dev.tidemark.restorer.SampleArchive;
import dev.tidemark.restorer.SampleLog;
import dev.tidemark.restorer.TestFiles;
import dev.tidemark.restorer.history.Moment;
import dev.tidemark.restorer.info.ArchiveInfo;
import dev.tidemark.restorer.output.Output;
import dev.tidemark.restorer.output.OutputException;
import dev.tidemark.restorer.past.SourceHash;
import dev.tidemark.restorer.plan.AmbiguousRevisionException;
import dev.tidemark.restorer.plan.RestorePlan;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.LeaseTtl;
import dev.tidemark.schemas.avro.Lease;
import dev.tidemark.schemas.avro.SegmentRecord;
import dev.tidemark.schemas.avro.SideRecord;
import dev.tidemark.schemas.topic.GenerationEnd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RestorerTest {
    private static final Instant NOW = Instant.ofEpochMilli(SampleLog.capturedAt(10_000));

    @TempDir
    private Path directory;

    private final MemoryStore store = new MemoryStore(Clock.systemUTC());
    private final List<Change> log = SampleLog.random(new Random(11), 100, 15);

    private SampleArchive sample(List<SideRecord> side, List<Lease> leases) {
        return new SampleArchive(store, directory, SampleArchive.SMALL)
                .open(0, 30, null)
                .base(log, 10, 30, side)
                .checkpoint(log, 60, leases)
                .checkpoint(log, 101, List.of());
    }

    private Restorer restorer(SampleArchive archive) {
        return new Restorer(archive.sources(NOW));
    }

    private Path file() {
        return directory.resolve("restored.db");
    }

    @Test
    void belowTheNewestRevisionADatabaseIsMovedPastIt() {
        Restorer restorer = restorer(sample(List.of(), List.of()));
        RestoreResult older = restorer.restore(
                RestoreRequest.database(Target.revision(70), Output.newFile(file())), RestoreProgress.NONE);
        assertThat(older.bumpedTo()).hasValue(2_000_070);
        try (EtcdDatabase database = EtcdDatabase.open(file())) {
            assertThat(database.revision()).isEqualTo(2_000_070);
            assertThat(database.compactRevision()).isEqualTo(2_000_070);
            assertThat(database.lastRecordRevision()).isLessThanOrEqualTo(70);
        }
    }

    @Test
    void whatTheArchiveEndsWithIsMovedTooWhereTheTopicWasNotRead() {
        RestoreResult newest = restorer(sample(List.of(), List.of()))
                .restore(RestoreRequest.database(Target.latest(), Output.newFile(file())), RestoreProgress.NONE);
        assertThat(newest.revision()).isEqualTo(101);
        assertThat(newest.bumpedTo()).hasValue(1_000_101);
        assertThat(newest.plan().note()).contains("archive alone");
    }

    @Test
    void leasesComeFromTheLogThenFromTheBaseThenAreGuessed() {
        long revision = LongStream.rangeClosed(61, 101)
                .filter(main -> leasesAt(main).size() >= 3)
                .findFirst()
                .orElseThrow();
        List<Long> used = leasesAt(revision);
        SideRecord lease = new SideRecord(
                "lease",
                ByteBuffer.allocate(8).putLong(used.get(1)).flip(),
                ByteBuffer.wrap(new byte[] {0x08, used.get(1).byteValue(), 0x10, 77}));
        Lease logged = new Lease(used.get(0), 33L);
        Lease unknown = new Lease(used.get(1), LeaseTtl.UNKNOWN);
        RestoreResult result = restorer(sample(List.of(lease), List.of(logged, unknown)))
                .restore(
                        RestoreRequest.database(Target.revision(revision), Output.newFile(file())),
                        RestoreProgress.NONE);
        assertThat(result.leases().kept())
                .containsExactly(new LeaseTtl(used.get(0), 33), new LeaseTtl(used.get(1), 77));
        assertThat(result.leases().guessed())
                .isEqualTo(
                        used.stream().skip(2).map(id -> new LeaseTtl(id, 3600)).toList());
        try (EtcdDatabase database = EtcdDatabase.open(file())) {
            assertThat(database.leases()).extracting(LeaseTtl::id).isEqualTo(used);
        }
    }

    private List<Long> leasesAt(long revision) {
        return SampleLog.liveAt(log, revision).stream()
                .map(Change::lease)
                .filter(id -> id != 0)
                .distinct()
                .sorted()
                .toList();
    }

    @Test
    void authIsKeptOrDropped() {
        SideRecord user = new SideRecord(
                "authUsers", ByteBuffer.wrap(new byte[] {'u'}), ByteBuffer.wrap("U".getBytes(StandardCharsets.UTF_8)));
        SideRecord enabled = new SideRecord(
                "auth", ByteBuffer.wrap("authEnabled".getBytes(StandardCharsets.UTF_8)), ByteBuffer.wrap(new byte[] {1
                }));
        Restorer restorer = restorer(sample(List.of(enabled, user), List.of()));
        RestoreRequest request = RestoreRequest.database(Target.latest(), Output.replacing(file()));
        assertThat(restorer.restore(request, RestoreProgress.NONE).authAsOf()).hasValue(30);
        assertThat(pairs("authUsers")).containsExactly("u=U");
        RestoreResult dropped = restorer.restore(request.withAuth(RestoreRequest.Auth.DROP), RestoreProgress.NONE);
        assertThat(dropped.authAsOf()).isEmpty();
        assertThat(pairs("authUsers")).isEmpty();
        assertThat(pairs("auth")).isEmpty();
    }

    private List<String> pairs(String bucket) {
        List<String> pairs = new ArrayList<>();
        try (EtcdDatabase database = EtcdDatabase.open(file())) {
            database.forEach(
                    bucket,
                    (key, value) -> pairs.add(
                            new String(key, StandardCharsets.UTF_8) + "=" + new String(value, StandardCharsets.UTF_8)));
        }
        return pairs;
    }

    @Test
    void aFileThatExistsIsRefusedUnlessItMayBeReplaced() throws IOException {
        Files.writeString(file(), "mine");
        Restorer restorer = restorer(sample(List.of(), List.of()));
        assertThatThrownBy(() -> restorer.restore(
                        RestoreRequest.database(Target.latest(), Output.newFile(file())), RestoreProgress.NONE))
                .isInstanceOfSatisfying(
                        OutputException.class, e -> assertThat(e.failure()).isEqualTo(Failure.REFUSED));
        assertThat(file()).hasContent("mine");
    }

    @Test
    void whatIsNoFileIsNeverReplaced() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("null"), Path.of("/dev/null"));
        Restorer restorer = restorer(sample(List.of(), List.of()));
        for (Path path : List.of(link, directory, Path.of("/"))) {
            RestoreRequest request = RestoreRequest.database(Target.latest(), Output.replacing(path));
            assertThatThrownBy(() -> restorer.restore(request, RestoreProgress.NONE))
                    .isInstanceOfSatisfying(
                            OutputException.class, e -> assertThat(e.failure()).isEqualTo(Failure.REFUSED));
            assertThatThrownBy(() -> restorer.plan(request)).isInstanceOf(OutputException.class);
        }
        assertThat(link).isSymbolicLink();
    }

    @Test
    void aFileThatAppearsWhileTheRestoreRunsIsNotOverwritten() {
        Restorer restorer = restorer(sample(List.of(), List.of()));
        RestoreRequest request = RestoreRequest.database(Target.latest(), Output.newFile(file()));
        assertThatThrownBy(() -> restorer.restore(request, (records, total) -> TestFiles.write(file(), "mine")))
                .isInstanceOf(OutputException.class);
        assertThat(file()).hasContent("mine");
        assertThat(directory).isDirectoryNotContaining("glob:**.part");
    }

    @ParameterizedTest
    @EnumSource(RestoreRequest.Format.class)
    void anInterruptedRestoreLeavesNothingBehind(RestoreRequest.Format format) throws IOException {
        Path output = Files.createDirectory(directory.resolve("output"));
        Restorer restorer = restorer(sample(List.of(), List.of()));
        RestoreRequest request = RestoreRequest.database(Target.latest(), Output.newFile(output.resolve("x")))
                .as(format);
        assertThatThrownBy(() -> restorer.restore(
                        request, (records, total) -> Thread.currentThread().interrupt()))
                .isInstanceOf(RuntimeException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(output).isEmptyDirectory();
        assertThat(directory).isDirectoryNotContaining("glob:**/tidemark-restore-*");
    }

    @Test
    void theRawHistoryIsPartOfThePlanThatIsShown() {
        RestoreRequest request = RestoreRequest.database(Target.revision(90), Output.replacing(file()));
        Restorer restorer = restorer(sample(List.of(), List.of()));
        assertThat(restorer.plan(request).base().revision()).isEqualTo(30);
        RestoreRequest history = request.withHistoryFrom(20);
        RestorePlan plan = restorer.plan(history);
        assertThat(plan.base().revision()).isEqualTo(10);
        assertThat(restorer.restore(history, RestoreProgress.NONE).plan()).isEqualTo(plan);
        assertThatThrownBy(() -> restorer.plan(request.withHistoryFrom(91)))
                .isInstanceOfSatisfying(
                        RestoreException.class, e -> assertThat(e.failure()).isEqualTo(Failure.USAGE));
    }

    @Test
    void whatCannotBeAskedForIsAQuestionOfUsage() {
        RestoreRequest request = RestoreRequest.database(Target.latest(), Output.newFile(file()));
        List<ThrowingCallable> wrong = List.of(
                () -> request.withHistoryFrom(0),
                () -> request.as(RestoreRequest.Format.AVRO).withHistoryFrom(5),
                () -> request.withUnknownLeaseTtl(Duration.ofMillis(10)));
        wrong.forEach(asking -> assertThatThrownBy(asking)
                .isInstanceOfSatisfying(
                        RestoreException.class, e -> assertThat(e.failure()).isEqualTo(Failure.USAGE)));
    }

    @Test
    void jsonLinesOfNoKeyAreEmpty() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        restorer(sample(List.of(), List.of()))
                .restore(
                        RestoreRequest.database(Target.revision(90), Output.stream(out))
                                .as(RestoreRequest.Format.NDJSON)
                                .withPrefix("/no such prefix/".getBytes(StandardCharsets.UTF_8)),
                        RestoreProgress.NONE);
        assertThat(out.size()).isZero();
    }

    @Test
    void jsonLinesHoldEachLiveKeyOnce() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        AtomicLong told = new AtomicLong();
        RestoreResult result = restorer(sample(List.of(), List.of()))
                .restore(
                        RestoreRequest.database(Target.revision(90), Output.stream(out))
                                .as(RestoreRequest.Format.NDJSON)
                                .withPrefix("/a/".getBytes(StandardCharsets.UTF_8)),
                        (records, total) -> told.set(records));
        List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
        List<Change> expected = SampleLog.liveAt(log, 90).stream()
                .filter(change -> new String(change.key(), StandardCharsets.ISO_8859_1).startsWith("/a/"))
                .toList();
        assertThat(lines).hasSize(expected.size()).hasSize((int) result.keys());
        for (int i = 0; i < lines.size(); i++) {
            assertThat(lines.get(i))
                    .startsWith("{\"key\":\"" + new String(expected.get(i).key(), StandardCharsets.UTF_8) + "\"")
                    .contains("\"modRevision\":" + expected.get(i).main() + ",")
                    .endsWith("Z\"}");
        }
        assertThat(result.bytes()).isEqualTo(out.size());
        assertThat(told.get()).isPositive();
    }

    @Test
    void anAvroContainerOpensWithStockAvro() throws IOException {
        Path avro = directory.resolve("state.avro");
        restorer(sample(List.of(), List.of()))
                .restore(
                        RestoreRequest.database(Target.revision(90), Output.newFile(avro))
                                .as(RestoreRequest.Format.AVRO),
                        RestoreProgress.NONE);
        List<Long> mains = new ArrayList<>();
        try (DataFileReader<GenericRecord> reader = new DataFileReader<>(avro.toFile(), new GenericDatumReader<>())) {
            assertThat(reader.getSchema()).isEqualTo(SegmentRecord.getClassSchema());
            reader.forEach(found -> mains.add((Long) found.get("main")));
        }
        assertThat(mains)
                .isEqualTo(SampleLog.liveAt(log, 90).stream().map(Change::main).toList());
    }

    @Test
    void aDatabaseGoesToAStreamWhole() throws Exception {
        Restorer restorer = restorer(sample(List.of(), List.of()));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        RestoreRequest request = RestoreRequest.database(Target.revision(90), Output.stream(out));
        restorer.restore(request, RestoreProgress.NONE);
        RestoreResult result = restorer.restore(
                RestoreRequest.database(Target.revision(90), Output.newFile(file())), RestoreProgress.NONE);
        byte[] bytes = Files.readAllBytes(file());
        assertThat(out.toByteArray()).isEqualTo(bytes);
        assertThat(result.bytes()).isEqualTo(bytes.length);
        assertThat(result.sha256())
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
        try (var left = Files.list(directory)) {
            assertThat(left.filter(path -> path.getFileName().toString().startsWith("tidemark-restore-")))
                    .isEmpty();
        }
    }

    @Test
    void aHashBeyondTheRawHistoryIsNotProvable() {
        SampleArchive archive = sample(List.of(), List.of());
        assertThat(new SourceHash(archive.sources(NOW)).at(Target.revision(90), 5))
                .isEqualTo(new SourceHash.Answer.NotProvable("source compacted at 5, raw history starts at 10"));
    }

    @Test
    void aForkIsAmbiguousOnlyWhereItsContentDiffers() {
        List<Change> fork = new ArrayList<>(
                log.stream().filter(change -> change.main() <= 80).toList());
        for (long main = 81; main <= 110; main++) {
            byte[] key = "fork".getBytes(StandardCharsets.UTF_8);
            fork.add(Change.put(main, 0, key, key, 81, main - 80, 0, SampleLog.capturedAt(200 + main), 0));
        }
        GenerationEnd end = new GenerationEnd(
                SampleArchive.generation(0),
                101,
                GenerationEnd.Cause.SOURCE_REPLACED,
                "restored at or before 101",
                0,
                0);
        SampleArchive archive = sample(List.of(), List.of());
        archive.open(1, 90, end).base(fork, 70, 90, List.of()).checkpoint(fork, 110, List.of());
        Restorer restorer = restorer(archive);
        assertThat(restorer.plan(Target.revision(75)).generation()).isEqualTo(SampleArchive.generation(1));
        assertThat(restorer.plan(Target.revision(105)).generation()).isEqualTo(SampleArchive.generation(1));
        assertThat(restorer.plan(Target.revision(40)).generation()).isEqualTo(SampleArchive.generation(0));
        assertThatThrownBy(() -> restorer.plan(Target.revision(95))).isInstanceOf(AmbiguousRevisionException.class);
        RestorePlan older = restorer.plan(Target.revision(SampleArchive.generation(0), 95));
        assertThat(older.generation()).isEqualTo(SampleArchive.generation(0));
        assertThat(older.newestKnown()).isEqualTo(110);
    }

    @Test
    void infoTellsWhatCanBeRestored() {
        ArchiveInfo info = ArchiveInfo.read(sample(List.of(), List.of()).sources(NOW));
        assertThat(info.generations()).hasSize(1);
        ArchiveInfo.Generation generation = info.generations().get(0);
        assertThat(generation.earliest()).map(Moment::revision).hasValue(10L);
        assertThat(generation.latest())
                .hasValue(new Moment(
                        SampleArchive.generation(0),
                        101,
                        SampleLog.capturedAt(101) - SampleLog.PROOF_MILLIS,
                        SampleLog.capturedAt(101)));
        assertThat(generation.increments()).isEqualTo(2);
        assertThat(generation.bytes()).isPositive();
        assertThat(info.archiveSeconds()).hasValue(10_000 - 101);
        assertThat(info.topicSeconds()).isEmpty();
        assertThat(info.note()).contains("archive alone");
    }
}
