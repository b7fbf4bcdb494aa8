package dev.tidemark.cli.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.catalog.ChainSize;
import dev.tidemark.archive.retention.Amount;
import dev.tidemark.archive.retention.ExpiryReport;
import dev.tidemark.archive.retention.Locks;
import dev.tidemark.capture.status.CaptureStatus;
import dev.tidemark.capture.status.CaptureStatus.ReconnectCause;
import dev.tidemark.capture.status.CaptureStatus.State;
import dev.tidemark.capture.status.Headroom;
import dev.tidemark.cli.drill.DrillStatus;
import dev.tidemark.cli.upkeep.ArchiveStatus;
import dev.tidemark.cli.upkeep.ExpiryStatus;
import dev.tidemark.compactor.CompactorHealth;
import dev.tidemark.compactor.PartitionHealth;
import dev.tidemark.restorer.info.ArchiveFacts;
import dev.tidemark.restorer.verify.DrillReport;
import dev.tidemark.sandbox.FreePorts;
import dev.tidemark.schemas.avro.DrillRun;
import dev.tidemark.schemas.avro.FullPass;
import dev.tidemark.schemas.avro.Retention;
import dev.tidemark.schemas.avro.VerifyRun;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MonitorTest {
    private CaptureStatus status = status(State.FOLLOWING, "G1");
    private List<PartitionHealth> partitions = new ArrayList<>();
    private DrillStatus drills =
            new DrillStatus("prod", 3, 1, 2, "no etcd", Optional.of(new DrillStatus.Last(drilled(), 90_000)));
    private ExpiryStatus expiries = expired("the store is away");
    private ArchiveStatus archive = new ArchiveStatus("prod", Optional.of(facts()), "no answer");
    private final int port = FreePorts.next();
    private final Monitor monitor = new Monitor(
            new Monitor.Services(
                    List.of(() -> status),
                    List.of(() -> new CompactorHealth("RUNNING", false, 0, OptionalLong.of(604_800_000), partitions)),
                    List.of(() -> drills),
                    List.of(() -> expiries),
                    List.of(() -> archive)),
            "1.2.3",
            () -> Instant.ofEpochMilli(100_000));
    private final MetricsServer server = MetricsServer.open("127.0.0.1", port, monitor);

    MonitorTest() {
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static CaptureStatus status(State state, String generation) {
        return new CaptureStatus(
                "prod",
                state,
                state == State.FOLLOWING ? "" : "no broker answers",
                generation,
                CaptureStatus.Base.READY,
                new CaptureStatus.Revisions(90, 95, 100),
                Optional.of(new CaptureStatus.Lag(10, 2_500)),
                Optional.of(new Headroom(
                        40, 50, OptionalLong.of(120_000), OptionalLong.of(300_000), Headroom.Verdict.SHORT)),
                new CaptureStatus.Totals(
                        7,
                        8,
                        9,
                        10,
                        Arrays.stream(ReconnectCause.values())
                                .collect(Collectors.toMap(
                                        cause -> cause, cause -> cause == ReconnectCause.TIMEOUT ? 2L : 0L))),
                new CaptureStatus.SpoolUse(11, 12, 13),
                OptionalLong.empty(),
                14);
    }

    private static DrillReport drilled() {
        OptionalLong none = OptionalLong.empty();
        return new DrillReport("G1", 77, 5, none, none, none, none, "3.6.16", "a key too many", "", 1_500);
    }

    private static ExpiryStatus expired(String problem) {
        ExpiryReport report = new ExpiryReport(
                Locks.NONE,
                new Amount(1, 21),
                new Amount(2, 22),
                new Amount(3, 23),
                Optional.of(Instant.ofEpochSecond(5)));
        return new ExpiryStatus(
                "prod", 6, 4, 9, 99, problem, Optional.of(new ExpiryStatus.Last(report, 60_000, 62_500)));
    }

    private static ArchiveFacts facts() {
        ArchiveFacts.Generation newest = new ArchiveFacts.Generation(
                50_000, OptionalLong.of(93_000), OptionalLong.of(50_000), Map.of("base", new ChainSize(1, 100)));
        ArchiveFacts.Generation ended = new ArchiveFacts.Generation(
                20_000,
                OptionalLong.of(40_000),
                OptionalLong.of(20_000),
                Map.of("base", new ChainSize(2, 30), "1", new ChainSize(7, 8)));
        return new ArchiveFacts(
                91_000,
                List.of(newest, ended),
                Optional.of(new Retention(1, 0L, "", 0L, 3_600_000L, 7_200_000L, 0L, List.of())),
                Optional.of(verified()),
                Optional.of(new DrillRun(1, 0L, 30_000L, 1_000L, false, "G1", 7L, 1L, 0L, 0L, 0L, 0L, "", "", 0L)));
    }

    private static VerifyRun verified() {
        return VerifyRun.newBuilder()
                .setFormatVersion(1)
                .setSeq(0)
                .setStartedAtMillis(80_000)
                .setMillis(2_000)
                .setLevel("bytes")
                .setSampleParts(1)
                .setOk(true)
                .setChecked(1)
                .setMissing(0)
                .setDamaged(0)
                .setFirstFinding("")
                .setSourceAskedAtMillis(0)
                .setHeads(List.of())
                .setRound(null)
                .setLastFullPass(new FullPass(80_000L, 82_000L, true))
                .build();
    }

    private static PartitionHealth partition(PartitionHealth.Phase phase) {
        return new PartitionHealth(3, phase, "prod", "G1", 80, 0, 90, 40_000, 5, 6, 4, "no room", "");
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                .build(),
                        BodyHandlers.ofString());
    }

    private List<String> lines() throws IOException, InterruptedException {
        return get("/metrics").body().lines().toList();
    }

    @Test
    void everyMetricOfThePageIsServedUnderItsNameWithItsTypeAndLabels() throws Exception {
        partitions.add(partition(PartitionHealth.Phase.FOLDING));
        assertThat(lines())
                .contains(
                        "# TYPE tidemark_capture_lag_seconds gauge",
                        "tidemark_capture_lag_seconds{cluster=\"prod\"} 2.5",
                        "tidemark_capture_lag_revisions{cluster=\"prod\"} 10.0",
                        "tidemark_capture_compaction_headroom_revisions{cluster=\"prod\"} 50.0",
                        "tidemark_capture_compaction_headroom_seconds{cluster=\"prod\"} 120.0",
                        "tidemark_capture_compaction_headroom_short{cluster=\"prod\"} 1.0",
                        "# TYPE tidemark_capture_revisions_total counter",
                        "tidemark_capture_revisions_total{cluster=\"prod\"} 7.0",
                        "tidemark_capture_bytes_total{cluster=\"prod\"} 8.0",
                        "tidemark_capture_transactions_total{cluster=\"prod\"} 10.0",
                        "tidemark_capture_reconnects_total{cause=\"timeout\",cluster=\"prod\"} 2.0",
                        "tidemark_capture_state{cluster=\"prod\",state=\"following\"} 1.0",
                        "tidemark_capture_state{cluster=\"prod\",state=\"stopped\"} 0.0",
                        "tidemark_capture_generation_info{cluster=\"prod\",generation=\"G1\"} 1",
                        "tidemark_capture_spool_disk_bytes{cluster=\"prod\"} 12.0",
                        "tidemark_compactor_committed_revision{cluster=\"prod\",partition=\"3\"} 80.0",
                        "tidemark_compactor_open_interval_age_seconds{cluster=\"prod\",partition=\"3\"} 60.0",
                        "tidemark_compactor_upkeep_failing{cluster=\"prod\",partition=\"3\"} 1.0",
                        "tidemark_compactor_topic_retention_seconds 604800.0",
                        "tidemark_compactor_commits_total{cluster=\"prod\",partition=\"3\"} 4.0",
                        "# TYPE tidemark_drill_failures_total counter",
                        "tidemark_drill_runs_total{cluster=\"prod\"} 3.0",
                        "tidemark_drill_failures_total{cluster=\"prod\"} 1.0",
                        "tidemark_drill_errors_total{cluster=\"prod\"} 2.0",
                        "tidemark_drill_last_ok{cluster=\"prod\"} 0.0",
                        "tidemark_drill_last_end_time_seconds{cluster=\"prod\"} 90.0",
                        "tidemark_drill_last_duration_seconds{cluster=\"prod\"} 1.5",
                        "tidemark_drill_last_revision{cluster=\"prod\"} 77.0",
                        "# TYPE tidemark_expire_deleted_bytes_total counter",
                        "tidemark_expire_runs_total{cluster=\"prod\"} 6.0",
                        "tidemark_expire_errors_total{cluster=\"prod\"} 4.0",
                        "tidemark_expire_failing{cluster=\"prod\"} 1.0",
                        "tidemark_expire_deleted_objects_total{cluster=\"prod\"} 9.0",
                        "tidemark_expire_deleted_bytes_total{cluster=\"prod\"} 99.0",
                        "tidemark_expire_last_end_time_seconds{cluster=\"prod\"} 62.5",
                        "tidemark_expire_last_duration_seconds{cluster=\"prod\"} 2.5",
                        "tidemark_expire_last_condemned_bytes{cluster=\"prod\"} 21.0",
                        "tidemark_expire_last_waiting_bytes{cluster=\"prod\"} 22.0",
                        "tidemark_expire_last_deleted_bytes{cluster=\"prod\"} 23.0",
                        "tidemark_archive_unreadable{cluster=\"prod\"} 1.0",
                        "tidemark_archive_read_time_seconds{cluster=\"prod\"} 91.0",
                        "tidemark_archive_gap_seconds{cluster=\"prod\"} 7.0",
                        "tidemark_archive_every_revision_since_time_seconds{cluster=\"prod\"} 20.0",
                        "tidemark_archive_promise_seconds{cluster=\"prod\",keeps=\"every_revision\"} 3600.0",
                        "tidemark_archive_promise_seconds{cluster=\"prod\",keeps=\"full_hours\"} 7200.0",
                        "tidemark_archive_manifests{cluster=\"prod\",level=\"base\"} 3.0",
                        "tidemark_archive_bytes{cluster=\"prod\",level=\"base\"} 130.0",
                        "tidemark_archive_bytes{cluster=\"prod\",level=\"1\"} 8.0",
                        "tidemark_archive_verification_end_time_seconds{cluster=\"prod\"} 82.0",
                        "tidemark_archive_verification_ok{cluster=\"prod\"} 1.0",
                        "tidemark_archive_full_pass_end_time_seconds{cluster=\"prod\"} 82.0",
                        "tidemark_archive_drill_end_time_seconds{cluster=\"prod\"} 31.0",
                        "tidemark_archive_drill_ok{cluster=\"prod\"} 0.0",
                        "tidemark_build_info{version=\"1.2.3\"} 1");
        String all = get("/metrics").body();
        assertThat(MetricsPage.names())
                .filteredOn(name -> !name.equals("tidemark_capture_clock_skew_seconds"))
                .allSatisfy(name -> assertThat(all).contains("\n" + name + ""));
        assertThat(all).doesNotContain("clock_skew").contains("jvm_memory_used_bytes");
    }

    @Test
    void aFailedDrillDoesNotMakeTheServiceUnwell() throws Exception {
        partitions.add(partition(PartitionHealth.Phase.FOLDING));
        HttpResponse<String> answer = get("/health");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"drills\":[{\"cluster\":\"prod\",\"why\":\"no etcd\"}]");
        drills = new DrillStatus("prod", 0, 0, 0, "", Optional.empty());
        assertThat(get("/metrics").body()).doesNotContain("tidemark_drill_last_ok{");
    }

    @Test
    void aDrillThatCameToNoRestoreIsNotOkAndHasNoRevision() throws Exception {
        OptionalLong none = OptionalLong.empty();
        DrillReport refused = new DrillReport("", 0, 0, none, none, none, none, "", "d/1 is damaged", "", 1_500);
        drills = new DrillStatus("prod", 1, 1, 0, "", Optional.of(new DrillStatus.Last(refused, 90_000)));
        assertThat(get("/metrics").body())
                .contains("tidemark_drill_last_ok{cluster=\"prod\"} 0.0")
                .doesNotContain("tidemark_drill_last_revision{");
    }

    @Test
    void anExpiryThatFailsIsSaidAndDoesNotMakeTheServiceUnwell() throws Exception {
        HttpResponse<String> answer = get("/health");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"expiries\":[{\"cluster\":\"prod\",\"why\":\"the store is away\"}]");
        expiries = expired("");
        assertThat(lines()).contains("tidemark_expire_failing{cluster=\"prod\"} 0.0");
    }

    @Test
    void ofAnArchiveThatWasNotReadYetNothingIsSaid() throws Exception {
        archive = new ArchiveStatus("prod", Optional.empty(), "");
        assertThat(get("/metrics").body())
                .contains("tidemark_archive_unreadable{cluster=\"prod\"} 0.0")
                .doesNotContain("tidemark_archive_gap_seconds{")
                .doesNotContain("tidemark_archive_bytes{")
                .doesNotContain("tidemark_archive_promise_seconds{");
    }

    @Test
    void upkeepThatFailsIsSaidAndDoesNotMakeTheServiceUnwell() throws Exception {
        partitions.add(partition(PartitionHealth.Phase.FOLDING));
        HttpResponse<String> answer = get("/health");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"upkeep\":\"no room\"");
    }

    @Test
    void whatIsNoLongerTrueIsGoneAtTheNextScrape() throws Exception {
        partitions.add(partition(PartitionHealth.Phase.FOLDING));
        assertThat(get("/metrics").body()).contains("generation=\"G1\"").contains("partition=\"3\"");
        partitions.clear();
        status = status(State.FOLLOWING, "G2");
        assertThat(get("/metrics").body())
                .contains("generation=\"G2\"")
                .doesNotContain("generation=\"G1\"")
                .doesNotContain("partition=\"3\"");
    }

    @Test
    void healthSaysWhoIsNotWellAndWhy() throws Exception {
        assertThat(get("/health").statusCode()).isEqualTo(200);
        status = status(State.WAITING_FOR_KAFKA, "G1");
        HttpResponse<String> answer = get("/health");
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body())
                .startsWith("{\"ok\":false,\"captures\":[{\"cluster\":\"prod\",\"ok\":false,"
                        + "\"state\":\"WAITING_FOR_KAFKA\",\"why\":\"no broker answers\"")
                .contains("\"verdict\":\"SHORT\"");
        status = status(State.FOLLOWING, "G1");
        partitions.add(partition(PartitionHealth.Phase.IN_HOLE));
        assertThat(get("/health").statusCode()).isEqualTo(503);
    }

    @Test
    void otherPathsAndMethodsAreRefused() throws Exception {
        assertThat(get("/metrics/more").statusCode()).isEqualTo(404);
        assertThat(get("/").statusCode()).isEqualTo(404);
        HttpRequest post = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health"))
                .POST(BodyPublishers.noBody())
                .build();
        assertThat(HttpClient.newHttpClient()
                        .send(post, BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(405);
    }
}
