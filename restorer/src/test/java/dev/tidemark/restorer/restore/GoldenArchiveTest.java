package dev.tidemark.restorer.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.archive.retention.Expiry;
import dev.tidemark.archive.retention.RetentionPolicy;
import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.restorer.Replay;
import dev.tidemark.restorer.SampleArchive;
import dev.tidemark.restorer.SampleLog;
import dev.tidemark.restorer.Sources;
import dev.tidemark.restorer.past.Past;
import dev.tidemark.restorer.plan.RestorePlan;
import dev.tidemark.restorer.plan.UnreachableTargetException;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.restorer.verify.Verifier;
import dev.tidemark.restorer.verify.VerifyRequest;
import dev.tidemark.restorer.verify.report.VerifyLevel;
import dev.tidemark.restorer.verify.report.VerifyProgress;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.avro.Lease;
import dev.tidemark.schemas.avro.SideRecord;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An archive that was written by format version 1 stays readable for good: its objects and what each revision of it holds
 * were written down once, the second by a plain replay of the log. It has all that there is: leases, side states, a base
 * within a checkpoint, every level, synthetic bases, a proof of time, kept points and what was given up.
 */
class GoldenArchiveTest {
    private static final Path OBJECTS = Path.of("src", "test", "resources", "golden", "archive-v1.zip");
    private static final Path STATES = OBJECTS.resolveSibling("archive-v1.states");
    private static final Duration STEP = Duration.ofMinutes(20);
    private static final long LAST = 81;
    private static final long UNKNOWN = 0;
    /** Those of a sample log. */
    private static final long LEASES = 5;

    @TempDir
    private Path directory;

    private final MemoryStore store = new MemoryStore(() -> Instant.ofEpochMilli(at(1)));

    private static long at(long revision) {
        return SampleLog.START_MILLIS + revision * STEP.toMillis();
    }

    private SampleArchive archive(MemoryStore store) {
        SampleArchive archive = new SampleArchive(store, directory, SampleArchive.SMALL);
        archive.capturedAt(GoldenArchiveTest::at);
        return archive;
    }

    private Sources sources(MemoryStore store) {
        return archive(store).sources(Instant.ofEpochMilli(at(1_000)));
    }

    /** What a line of the file says of a revision: its state and its leases, or that it was given up. */
    private static String line(long revision, String said) {
        return revision + " " + said;
    }

    @BeforeEach
    void unpack() throws IOException {
        if (Boolean.getBoolean("update.golden")) {
            writeDown();
        }
        try (InputStream in = Files.newInputStream(OBJECTS);
                ZipInputStream zip = new ZipInputStream(in)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                store.put(entry.getName(), zip.readAllBytes());
            }
        }
    }

    @Test
    void everyRevisionComesBackAsItWasWrittenDown() throws IOException {
        List<String> lines = Files.readAllLines(STATES);
        assertThat(lines).hasSize((int) LAST);
        try (Past past = Past.open(sources(store))) {
            for (int revision = 1; revision <= LAST; revision++) {
                String expected = lines.get(revision - 1);
                if (expected.endsWith("given up")) {
                    Target gone = Target.revision(revision);
                    assertThatThrownBy(() -> past.plan(gone)).isInstanceOf(UnreachableTargetException.class);
                } else {
                    assertThat(line(revision, restored(past, revision))).isEqualTo(expected);
                }
            }
        }
        assertThat(lines).anyMatch(line -> line.endsWith("given up"));
    }

    @Test
    void verifyFindsItInOrder() {
        assertThat(new Verifier(sources(store))
                        .verify(new VerifyRequest(VerifyLevel.CONTENT, 1), VerifyProgress.NONE)
                        .findings())
                .isEmpty();
    }

    private String restored(Past past, long revision) {
        RestorePlan plan = past.plan(Target.revision(revision));
        List<String> state = new ArrayList<>();
        TreeMap<Long, Long> used = new TreeMap<>();
        past.state(plan).run((change, liveness) -> {
            state.add(Replay.words(change));
            if (change.lease() != 0) {
                used.put(change.lease(), 0L);
            }
        });
        SideUse use = SideUse.of(plan, past.history().chapter(plan.generation()));
        SideTable side = SideTable.read(archive(store).archive(), plan, use, Optional.empty());
        return said(
                state,
                ttls(side.leases(Set.copyOf(used.keySet()), UNKNOWN)),
                side.pairs("authUsers").size());
    }

    private static Map<Long, Long> ttls(RestoreResult.Leases leases) {
        TreeMap<Long, Long> ttls = new TreeMap<>();
        leases.kept().forEach(lease -> ttls.put(lease.id(), lease.ttlSeconds()));
        leases.guessed().forEach(lease -> ttls.put(lease.id(), lease.ttlSeconds()));
        return ttls;
    }

    private static String said(List<String> state, Map<Long, Long> ttls, int users) {
        try {
            byte[] sum = MessageDigest.getInstance("SHA-256")
                    .digest(String.join("\n", state).getBytes(StandardCharsets.ISO_8859_1));
            return HexFormat.of().formatHex(sum) + " " + state.size() + " records, leases " + ttls + ", users " + users;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Writes both files; a new version of the format gets files of its own, beside these. */
    private void writeDown() throws IOException {
        List<Change> log = SampleLog.random(new Random(20_261_130), (int) LAST - 1, 9).stream()
                .map(change -> change.withTimes(at(change.main()), at(change.main()) - 400))
                .toList();
        MemoryStore fresh = new MemoryStore(() -> Instant.ofEpochMilli(at(1)));
        SampleArchive archive = archive(fresh).open(0, 1, null).claim().base(List.of(), 1, 1, List.of());
        TreeMap<Long, Long> granted = new TreeMap<>();
        for (long revision = 3; revision <= LAST; revision += 2) {
            archive.checkpoint(log, revision, leases(log, revision, granted));
            if (revision == 41) {
                archive.base(log, 30, 40, side(1));
            }
            if (revision == 61) {
                archive.side(61, side(2));
            }
            archive.upkeep();
        }
        archive.time(LAST, at(LAST) + 600_000);
        RetentionPolicy policy = new RetentionPolicy(
                Duration.ofHours(8), Duration.ofHours(20), Duration.ofDays(9), Duration.ZERO, Duration.ZERO);
        int[] attempts = new int[1];
        for (int run = 0; run < 2; run++) {
            // the second one deletes what the first one has listed
            Expiry.prepare(
                            archive.archive(),
                            policy,
                            Expiry.Promise.KEPT,
                            () -> "01JDB50M8H3D0V6E1C9A" + String.format("%06d", ++attempts[0]),
                            () -> Instant.ofEpochMilli(at(LAST)))
                    .run();
        }
        Files.createDirectories(OBJECTS.getParent());
        writeObjects(fresh);
        writeStates(fresh, log);
    }

    /** All leases that there ever are, as a snapshot has them, and so many users. */
    private static List<SideRecord> side(int users) {
        List<SideRecord> side = new ArrayList<>();
        for (int user = 0; user < users; user++) {
            side.add(SideStateTest.user("user" + user));
        }
        for (long id = 1; id <= LEASES; id++) {
            side.add(SideStateTest.lease(id, (int) id));
        }
        return side;
    }

    /** Each lease is granted with its id as its TTL, and told by the first checkpoint that names it. */
    private static List<Lease> leases(List<Change> log, long last, Map<Long, Long> granted) {
        return log.stream()
                .filter(change -> change.main() <= last && change.lease() != 0)
                .map(Change::lease)
                .distinct()
                .filter(id -> granted.put(id, id) == null)
                .map(id -> new Lease(id, id))
                .toList();
    }

    private static void writeObjects(MemoryStore store) throws IOException {
        try (OutputStream out = Files.newOutputStream(OBJECTS);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.setLevel(9);
            for (ObjectInfo info : store.list("", "", 100_000)) {
                ZipEntry entry = new ZipEntry(info.name());
                entry.setTime(0);
                zip.putNextEntry(entry);
                zip.write(store.get(info.name()));
            }
        }
    }

    private void writeStates(MemoryStore store, List<Change> log) throws IOException {
        List<String> lines = new ArrayList<>();
        try (Past past = Past.open(sources(store))) {
            for (long revision = 1; revision <= LAST; revision++) {
                lines.add(line(
                        revision,
                        past.history().chapters().get(0).holds(revision) ? replayed(log, revision) : "given up"));
            }
        }
        Files.writeString(STATES, String.join("\n", lines) + "\n");
    }

    private static String replayed(List<Change> log, long revision) {
        List<Change> state = Replay.at(log, revision);
        TreeMap<Long, Long> ttls = new TreeMap<>();
        state.stream()
                .filter(change -> change.lease() != 0)
                .forEach(change -> ttls.put(change.lease(), change.lease()));
        int users = revision >= 61 ? 2 : revision >= 40 ? 1 : 0;
        return said(state.stream().map(Replay::words).toList(), ttls, users);
    }
}
