package dev.tidemark.restorer.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.etcd.file.EtcdDatabase;
import dev.tidemark.restorer.SampleArchive;
import dev.tidemark.restorer.SampleLog;
import dev.tidemark.restorer.output.Output;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.LeaseTtl;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.Lease;
import dev.tidemark.schemas.avro.SideRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Leases, users and roles come from the newest side state up to the restored revision. */
class SideStateTest {
    private static final Instant NOW = Instant.ofEpochMilli(SampleLog.capturedAt(10_000));

    @TempDir
    private Path directory;

    private final MemoryStore store = new MemoryStore(Clock.systemUTC());
    private final List<Change> log = SampleLog.random(new Random(11), 100, 15);

    /** A base at 30, compacted at 10. */
    private SampleArchive sample(List<SideRecord> side, List<Lease> until60, List<Lease> until101) {
        return new SampleArchive(store, directory, SampleArchive.SMALL)
                .open(0, 30, null)
                .base(log, 10, 30, side)
                .checkpoint(log, 60, until60)
                .checkpoint(log, 80, List.of())
                .checkpoint(log, 101, until101);
    }

    @ParameterizedTest
    @CsvSource({
        "20,30,base30",
        "30,30,base30",
        "44,30,base30",
        "45,45,side45",
        "69,45,side45",
        "70,70,side70",
        "79,70,side70",
        "80,80,base80",
        "89,80,base80",
        "90,90,side90b",
        "101,90,side90b"
    })
    void usersAreThoseOfTheNewestSideStateUpToTheRevision(long revision, long asOf, String user) {
        SampleArchive archive = sample(List.of(enabled(), user("base30")), List.of(), List.of())
                .side(45, List.of(enabled(), user("side45")))
                .side(70, List.of(enabled(), user("side70")))
                .base(log, 75, 80, List.of(enabled(), user("base80")))
                .side(90, List.of(enabled(), user("side90a")))
                .side(90, List.of(enabled(), user("side90b")))
                .side(110, List.of(enabled(), user("tooNew")));

        RestoreResult result = restore(archive, revision);

        assertThat(result.authAsOf()).hasValue(asOf);
        assertThat(users()).containsExactly(user);
    }

    @Test
    void aHistoryTakesTheNewestTooThoughItStartsAtAnOlderBase() {
        SampleArchive archive = sample(List.of(enabled(), user("base30")), List.of(), List.of())
                .side(45, List.of(enabled(), user("side45")))
                .base(log, 75, 80, List.of(enabled(), user("base80")));

        RestoreResult result = new Restorer(archive.sources(NOW))
                .restore(
                        RestoreRequest.database(Target.revision(100), Output.newFile(file()))
                                .withHistoryFrom(40),
                        RestoreProgress.NONE);

        assertThat(result.plan().base().manifest().getBase().getRevision()).isEqualTo(30);
        assertThat(result.authAsOf()).hasValue(80);
        assertThat(users()).containsExactly("base80");
    }

    @Test
    void aLeaseThatOnlyARenewedTableKnowsKeepsItsTtl() {
        long id = leaseAt(101);
        SampleArchive archive = sample(List.of(), List.of(), List.of(new Lease(id, LeaseTtl.UNKNOWN)))
                .side(90, List.of(lease(id, 77)));

        assertThat(restore(archive, 101).leases().kept()).contains(new LeaseTtl(id, 77));
    }

    @Test
    void aLaterRenewedTableSaysNothingOfAnEarlierRevision() {
        long id = leaseAt(101);
        SampleArchive archive = sample(List.of(), List.of(), List.of()).side(102, List.of(lease(id, 77)));

        assertThat(restore(archive, 101).leases().guessed()).contains(new LeaseTtl(id, 3_600));
    }

    @Test
    void whatTheLogSaysSinceTheSideStateComesFirstAndWhatItSaidBeforeComesLast() {
        long id = leaseAt(101);
        SampleArchive archive = sample(List.of(lease(id, 11)), List.of(new Lease(id, 22L)), List.of(new Lease(id, 44L)))
                .side(60, List.of(lease(id, 33)));
        assertThat(restore(archive, 101).leases().kept()).contains(new LeaseTtl(id, 44));

        archive.side(101, List.of(lease(id, 55)));
        assertThat(restore(archive, 101).leases().kept()).contains(new LeaseTtl(id, 55));
    }

    @Test
    void aSyntheticBaseKeepsTheLeasesThatWereNamedSinceItsSideState() {
        long id = leaseAt(101);
        SampleArchive archive = new SampleArchive(store, directory, SampleArchive.SMALL)
                .open(0, 30, null)
                .base(log, 10, 30, List.of(enabled(), user("base30"), lease(id, 11)))
                .checkpoint(log, 50, List.of(new Lease(id, 22L)))
                .checkpoint(log, 70, List.of())
                .checkpoint(log, 90, List.of(new Lease(id, LeaseTtl.UNKNOWN)))
                .checkpoint(log, 101, List.of())
                .upkeep();

        RestoreResult result = restore(archive, 101);

        BaseManifest base = result.plan().base().manifest();
        assertThat(base.getBase().getRevision()).isGreaterThanOrEqualTo(50);
        assertThat(base.getBase().getSnapshotSha256()).isEmpty();
        assertThat(base.getBase().getSourceEndpoint()).isEmpty();
        assertThat(base.getSynthesis().getSide().getRevision()).isEqualTo(30);
        assertThat(result.authAsOf()).hasValue(30);
        assertThat(users()).containsExactly("base30");
        assertThat(result.leases().kept()).contains(new LeaseTtl(id, 22));
    }

    @Test
    void aSideStateThatIsToldAfterItsBaseWasMadeCountsEvenSo() {
        long id = leaseAt(101);
        SampleArchive archive = new SampleArchive(store, directory, SampleArchive.SMALL)
                .open(0, 30, null)
                .base(log, 10, 30, List.of(enabled(), user("base30")))
                .checkpoint(log, 50, List.of(new Lease(id, 22L)))
                .checkpoint(log, 70, List.of())
                .checkpoint(log, 90, List.of())
                .checkpoint(log, 101, List.of())
                .upkeep()
                .side(50, List.of(enabled(), user("side50"), lease(id, 33)));

        RestoreResult result = restore(archive, 101);

        assertThat(result.plan().base().manifest().getSynthesis().getLeases())
                .as("named by the checkpoint up to 50")
                .hasSize(1);
        assertThat(users()).containsExactly("side50");
        assertThat(result.leases().kept()).contains(new LeaseTtl(id, 33));
    }

    @Test
    void aDamagedSideStateIsRefusedByName() {
        SampleArchive archive = sample(List.of(), List.of(), List.of()).side(45, List.of(enabled(), user("side45")));
        String name = archive.archive().root()
                + archive.archive()
                        .catalog()
                        .newest()
                        .orElseThrow()
                        .side(45)
                        .orElseThrow()
                        .getSide()
                        .getObject()
                        .getName();
        byte[] bytes = store.get(name);
        bytes[bytes.length / 2] ^= 1;
        store.delete(name);
        store.put(name, bytes);

        assertThatThrownBy(() -> restore(archive, 101))
                .isInstanceOfSatisfying(DamagedObjectException.class, e -> assertThat(e.object())
                        .isEqualTo(name));
        assertThat(restore(archive, 44).authAsOf()).isEmpty();
    }

    private RestoreResult restore(SampleArchive archive, long revision) {
        return new Restorer(archive.sources(NOW))
                .restore(
                        RestoreRequest.database(Target.revision(revision), Output.replacing(file())),
                        RestoreProgress.NONE);
    }

    private long leaseAt(long revision) {
        return SampleLog.liveAt(log, revision).stream()
                .mapToLong(Change::lease)
                .filter(id -> id != 0)
                .findFirst()
                .orElseThrow();
    }

    private Path file() {
        return directory.resolve("restored.db");
    }

    private List<String> users() {
        List<String> users = new ArrayList<>();
        try (EtcdDatabase database = EtcdDatabase.open(file())) {
            database.forEach("authUsers", (key, value) -> users.add(new String(key, StandardCharsets.UTF_8)));
        }
        return users;
    }

    static SideRecord user(String name) {
        ByteBuffer bytes = ByteBuffer.wrap(name.getBytes(StandardCharsets.UTF_8));
        return new SideRecord("authUsers", bytes, bytes);
    }

    /** Without it a restore holds no auth at all. */
    private static SideRecord enabled() {
        return new SideRecord(
                "auth", ByteBuffer.wrap("authEnabled".getBytes(StandardCharsets.UTF_8)), ByteBuffer.wrap(new byte[] {1
                }));
    }

    static SideRecord lease(long id, int ttl) {
        return new SideRecord("lease", ByteBuffer.allocate(8).putLong(id).flip(), ByteBuffer.wrap(new byte[] {
            0x08, (byte) id, 0x10, (byte) ttl
        }));
    }
}
