package dev.tidemark.restorer.restore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.etcd.file.EtcdDatabase;
import dev.tidemark.restorer.NaiveHashKv;
import dev.tidemark.restorer.SampleArchive;
import dev.tidemark.restorer.SampleLog;
import dev.tidemark.restorer.output.Output;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.schemas.Change;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the restorer writes is taken by stock etcdutl, boots as stock etcd, and hashes as computed. */
class BootIT {
    private static final Pattern HASH = Pattern.compile("\"hash\":(\\d+)");
    private static final Pattern REVISION = Pattern.compile("\"revision\":(\\d+)");
    private static final long LAST = 400;

    @TempDir
    private Path directory;

    private final List<Change> log = SampleLog.random(new Random(3), (int) LAST - 1, 40);

    private Restorer restorer() {
        SampleArchive archive = new SampleArchive(new MemoryStore(Clock.systemUTC()), directory, SampleArchive.SMALL)
                .open(0, 120, null)
                .base(log, 60, 120, List.of())
                .checkpoint(log, 250, List.of())
                .checkpoint(log, LAST, List.of());
        return new Restorer(archive.sources(Instant.ofEpochMilli(SampleLog.capturedAt(100_000))));
    }

    private long withKeys(long from) {
        long revision = from;
        while (SampleLog.liveAt(log, revision).size() < 5) {
            revision++;
        }
        return revision;
    }

    private RestoreResult restore(RestoreRequest request) {
        return restorer().restore(request, RestoreProgress.NONE);
    }

    /** Not on etcd 3.4, which does not hash at the compaction revision itself. */
    @ParameterizedTest
    @EnumSource(value = EtcdVersion.class, mode = EnumSource.Mode.EXCLUDE, names = "V3_4")
    void aRestoredRevisionBootsWithEveryKeyAndTheComputedHash(EtcdVersion version) {
        long revision = withKeys(300);
        Path file = directory.resolve("exact.db");
        RestoreResult result = restore(RestoreRequest.database(Target.revision(revision), Output.newFile(file))
                .withoutBump());
        try (EtcdServer etcd = EtcdServer.restored(file, version)) {
            assertThat(etcd.etcdutl("snapshot", "status", file.toString(), "-w", "json"))
                    .contains("\"revision\":" + revision);
            String status = etcd.etcdctl("get", "nothing", "-w", "json");
            assertThat(number(REVISION, status)).isEqualTo(revision);
            assertThat(keys(etcd)).isEqualTo(words(SampleLog.liveAt(log, revision)));
            assertThat(number(HASH, etcd.etcdctl("endpoint", "hashkv", "--rev=" + revision, "-w", "json")))
                    .isEqualTo(result.hash().orElseThrow());
            for (Change live : SampleLog.liveAt(log, revision)) {
                if (live.lease() != 0 && isText(live.key())) {
                    etcd.etcdctl("put", "--ignore-lease", new String(live.key(), StandardCharsets.US_ASCII), "again");
                }
            }
            etcd.etcdctl("put", "after", "restore");
        }
    }

    /** Not on etcd 3.4, which does not hash at the compaction revision itself. */
    @ParameterizedTest
    @EnumSource(value = EtcdVersion.class, mode = EnumSource.Mode.EXCLUDE, names = "V3_4")
    void aBumpedRevisionGoesOnPastTheNewestKnown(EtcdVersion version) {
        Path file = directory.resolve("bumped.db");
        RestoreResult result = restore(RestoreRequest.database(Target.revision(withKeys(200)), Output.newFile(file)));
        long bumped = result.bumpedTo().orElseThrow();
        assertThat(bumped).isGreaterThan(LAST + 1_000_000);
        try (EtcdServer etcd = EtcdServer.restored(file, version)) {
            assertThat(number(HASH, etcd.etcdctl("endpoint", "hashkv", "--rev=" + bumped, "-w", "json")))
                    .isEqualTo(result.hash().orElseThrow());
            assertThat(number(REVISION, etcd.etcdctl("put", "next", "value", "-w", "json")))
                    .isEqualTo(bumped + 1);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.tidemark.sandbox.EtcdVersion#available")
    void aHistoryIsReadableRevisionByRevisionAndHashesAsTheSourceWould(EtcdVersion version) {
        long compacted = withKeys(100);
        Path file = directory.resolve("history.db");
        RestoreResult result = restore(RestoreRequest.database(Target.revision(LAST), Output.newFile(file))
                .withHistoryFrom(compacted));
        try (EtcdServer etcd = EtcdServer.restored(file, version)) {
            long revision = withKeys(LAST - 50);
            long hashed = number(HASH, etcd.etcdctl("endpoint", "hashkv", "--rev=" + revision, "-w", "json"));
            List<Change> records = new ArrayList<>(SampleLog.compactedAt(log, compacted));
            log.stream().filter(change -> change.main() > compacted).forEach(records::add);
            assertThat(hashed).isEqualTo(NaiveHashKv.of(records, SampleLog.liveAt(log, revision), revision, compacted));
            assertThat(keys(etcd, "--rev=" + revision)).isEqualTo(words(SampleLog.liveAt(log, revision)));
            assertThat(keys(etcd, "--rev=" + compacted)).isEqualTo(words(SampleLog.liveAt(log, compacted)));
        }
        try (EtcdDatabase database = EtcdDatabase.open(file)) {
            assertThat(database.compactRevision()).isEqualTo(compacted);
        }
        assertThat(result.bumpedTo()).isEmpty();
    }

    private static boolean isText(byte[] key) {
        return key[0] == '/';
    }

    private static long number(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    private static List<String> keys(EtcdServer etcd, String... more) {
        List<String> words = new ArrayList<>(List.of("get", "", "--from-key", "-w", "json"));
        words.addAll(List.of(more));
        String json = etcd.etcdctl(words.toArray(String[]::new));
        Matcher found = Pattern.compile("\\{\"key\":\"([^\"]*)\",\"create_revision\":(\\d+),\"mod_revision\":(\\d+),"
                        + "\"version\":(\\d+)(?:,\"value\":\"([^\"]*)\")?(?:,\"lease\":(\\d+))?}")
                .matcher(json);
        List<String> all = new ArrayList<>();
        while (found.find()) {
            all.add(found.group(1) + " " + found.group(2) + " " + found.group(3) + " " + found.group(4) + " "
                    + (found.group(5) == null ? "" : found.group(5)) + " "
                    + (found.group(6) == null ? 0 : found.group(6)));
        }
        all.sort(null);
        return all;
    }

    private static List<String> words(List<Change> live) {
        Base64.Encoder base64 = Base64.getEncoder();
        return live.stream()
                .map(change -> base64.encodeToString(change.key()) + " " + change.createRevision() + " " + change.main()
                        + " " + change.version() + " " + base64.encodeToString(change.value()) + " " + change.lease())
                .sorted()
                .toList();
    }
}
