package dev.tidemark.cli;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.retention.Expiry;
import dev.tidemark.archive.retention.RetentionPolicy;
import dev.tidemark.archive.seal.Sealing;
import dev.tidemark.archive.store.ArchiveSettings;
import dev.tidemark.archive.store.BucketFacts;
import dev.tidemark.archive.store.ExpirationRules;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.archive.store.ObjectStores;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.cli.check.CheckRun;
import dev.tidemark.cli.check.SealingCheck;
import dev.tidemark.cli.check.StoreCertification;
import dev.tidemark.cli.drill.DrillSchedule;
import dev.tidemark.cli.drill.StockEtcd;
import dev.tidemark.cli.metrics.MetricsServer;
import dev.tidemark.cli.metrics.Monitor;
import dev.tidemark.cli.metrics.Showing;
import dev.tidemark.cli.settings.Known;
import dev.tidemark.cli.settings.Setting;
import dev.tidemark.cli.settings.Settings;
import dev.tidemark.cli.settings.SettingsException;
import dev.tidemark.cli.upkeep.ArchiveWatch;
import dev.tidemark.cli.upkeep.ExpirySchedule;
import dev.tidemark.cli.upkeep.UnconfiguredClusters;
import dev.tidemark.compactor.Compactor;
import dev.tidemark.compactor.CompactorSettings;
import dev.tidemark.compactor.PartitionHealth;
import dev.tidemark.etcd.rpc.EtcdCredentials;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.etcd.rpc.EtcdUsers;
import dev.tidemark.restorer.Sources;
import dev.tidemark.restorer.TailSettings;
import dev.tidemark.restorer.info.ArchiveReadings;
import dev.tidemark.restorer.restore.RestoreProgress;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.restorer.verify.Drill;
import dev.tidemark.restorer.verify.SourceAccess;
import dev.tidemark.restorer.verify.report.VerifyProgress;
import dev.tidemark.schemas.TidemarkException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Turns the settings of a run into what each room of the house asks for. */
final class Wiring {
    private static final String AWS = "https://s3.amazonaws.com";

    private final Settings settings;

    Wiring(Settings settings) {
        this.settings = settings;
    }

    /** The archive's store for a service that writes into it, a directory made if it is missing; the caller closes it. */
    ObjectStore store() {
        ArchiveSettings archive = archiveSettings();
        Sealing sealing = sealing();
        List<String> roots = settings.each().stream()
                .map(cluster -> ArchiveLayout.clusterRoot(cluster.get(Known.CLUSTER_NAME)))
                .toList();
        ObjectStore raw = ObjectStores.open(isDirectory(archive) ? archive.creating() : archive);
        try {
            return sealing.overToWrite(raw, roots, InstantSource.system());
        } catch (TidemarkException e) {
            raw.close();
            throw e;
        }
    }

    /** The archive's store for who only reads, and must not mistake a mistyped place for an empty archive. */
    ObjectStore storeToRead() {
        Sealing sealing = sealing();
        return sealing.over(rawStore(), InstantSource.system());
    }

    /** The same, as it is: sealed objects are sealed. */
    ObjectStore rawStore() {
        return ObjectStores.open(archiveSettings());
    }

    /** How the archive is sealed; not at all where no key is set. */
    Sealing sealing() {
        return Sealing.of(settings.find(Known.ENCRYPTION_KEYS).orElse(List.of()), settings.get(Known.ENCRYPTION_CLEAR));
    }

    /** The same, for who cannot do without keys. */
    Sealing sealingSet() {
        settings.get(Known.ENCRYPTION_KEYS);
        return sealing();
    }

    private static boolean isDirectory(ArchiveSettings archive) {
        return "file".equals(archive.uri().getScheme());
    }

    /** The configured cluster's part of a store. */
    ClusterArchive archive(ObjectStore store) {
        return new ClusterArchive(store, settings.get(Known.CLUSTER_NAME));
    }

    private ArchiveSettings archiveSettings() {
        URI uri = settings.get(Known.ARCHIVE_URI);
        if ("file".equals(uri.getScheme())) {
            return ArchiveSettings.inDirectory(uri);
        }
        return ArchiveSettings.inS3(
                uri,
                new ArchiveSettings.S3(
                        settings.find(Known.ARCHIVE_S3_ENDPOINT)
                                .map(URI::toString)
                                .orElse(AWS),
                        settings.get(Known.ARCHIVE_S3_REGION),
                        settings.get(Known.ARCHIVE_S3_ACCESS_KEY),
                        settings.get(Known.ARCHIVE_S3_SECRET_KEY)));
    }

    /** The source's members. */
    List<EtcdSettings> source() {
        EtcdUsers users = users();
        EtcdSettings.TlsFiles tls = tls();
        return settings.get(Known.ETCD_ENDPOINTS).stream()
                .map(EtcdSettings::of)
                .map(member -> member.withUsers(users))
                .map(member -> "https".equals(member.endpoint().getScheme()) ? member.withTls(tls) : member)
                .toList();
    }

    /** What is set for TLS must not be left out in silence: the source would be spoken to in the clear. */
    private EtcdSettings.TlsFiles tls() {
        Optional<Path> ca = settings.find(Known.ETCD_TLS_CA);
        Optional<Path> certificate = settings.find(Known.ETCD_TLS_CERT);
        Optional<Path> key = settings.find(Known.ETCD_TLS_KEY);
        if (certificate.isPresent() != key.isPresent()) {
            throw SettingsException.contradiction(
                    "of etcd.tls.cert and etcd.tls.key only one is set", "set both, or none");
        }
        if (ca.isPresent() || certificate.isPresent()) {
            settings.get(Known.ETCD_ENDPOINTS).stream()
                    .filter(endpoint -> !endpoint.startsWith("https:"))
                    .findFirst()
                    .ifPresent(plain -> {
                        throw SettingsException.contradiction(
                                "etcd.tls.* is set, but the endpoint " + plain + " is not encrypted",
                                "write https://... in etcd.endpoints, or remove the etcd.tls.* settings");
                    });
        }
        return new EtcdSettings.TlsFiles(ca, certificate, key);
    }

    private EtcdUsers users() {
        Optional<EtcdCredentials> all = user(Known.ETCD_USERNAME, Known.ETCD_PASSWORD);
        return new EtcdUsers(
                user(Known.ETCD_WATCH_USERNAME, Known.ETCD_WATCH_PASSWORD).or(() -> all),
                user(Known.ETCD_ADMIN_USERNAME, Known.ETCD_ADMIN_PASSWORD).or(() -> all));
    }

    private Optional<EtcdCredentials> user(Setting<String> name, Setting<String> password) {
        if (settings.find(name).isEmpty() && settings.find(password).isPresent()) {
            settings.get(name);
        }
        return settings.find(name).map(known -> new EtcdCredentials(known, settings.get(password)));
    }

    /**
     * How each of the configured clusters is captured.
     *
     * @throws SettingsException if something out of the ordinary is wanted without saying for which of several clusters
     */
    List<CaptureSettings> captures(CaptureOptions options) {
        if (options.isForOneCluster() && settings.clusters().size() > 1) {
            throw SettingsException.contradiction(
                    options.given() + " is for one cluster, and several are configured: "
                            + String.join(", ", settings.clusters()),
                    "say which with --cluster NAME; the others may go on in a process of their own meanwhile");
        }
        return settings.each().stream()
                .map(cluster -> new Wiring(cluster).capture(options.source()).withNewBase(options.base()))
                .toList();
    }

    CaptureSettings capture(CaptureSettings.NewSource newSource) {
        CaptureSettings.Spool spool = CaptureSettings.Spool.in(spool("capture"));
        return new CaptureSettings(
                        settings.get(Known.CLUSTER_NAME),
                        source(),
                        new CaptureSettings.Topic(
                                settings.get(Known.TOPIC_REVISIONS),
                                settings.get(Known.TOPIC_PARTITION),
                                settings.get(Known.TOPIC_PARTITIONS),
                                settings.get(Known.TOPIC_REPLICATION_FACTOR).shortValue()),
                        installation(),
                        kafka(),
                        settings.get(Known.CHECKPOINT_INTERVAL),
                        new CaptureSettings.Spool(
                                spool.directory(), spool.memoryBytes(), settings.get(Known.CAPTURE_SPOOL_BYTES)),
                        newSource)
                .withSideState(CaptureSettings.SideRenewal.every(settings.get(Known.SIDESTATE_INTERVAL)));
    }

    CompactorSettings compactor() {
        return new CompactorSettings(
                installation(),
                settings.get(Known.COMPACTOR_MEMBER),
                settings.get(Known.TOPIC_REVISIONS),
                kafka(),
                settings.behind("streams."),
                settings.get(Known.CHECKPOINT_INTERVAL),
                settings.get(Known.CHECKPOINT_BYTES),
                compactorSpool());
    }

    /** What {@code check} looks at; it has a directory of its own, as it may run beside the services. */
    CheckRun.Installation toCheck() {
        CaptureSettings capture = capture(CaptureSettings.NewSource.REFUSE);
        Map<String, String> kafka = new HashMap<>(Map.of(
                "request.timeout.ms",
                "3000",
                "default.api.timeout.ms",
                "6000",
                "socket.connection.setup.timeout.ms",
                "3000"));
        kafka.putAll(capture.kafka());
        CaptureSettings beside = new CaptureSettings(
                capture.cluster(),
                capture.source(),
                capture.topic(),
                capture.installation(),
                kafka,
                capture.checkpointInterval(),
                CaptureSettings.Spool.in(spool("check")),
                capture.newSource());
        return new CheckRun.Installation(
                source(),
                beside,
                this::storeToRead,
                () -> ExpirationRules.of(archiveSettings()),
                new SealingCheck(sealing(), ArchiveLayout.clusterRoot(capture.cluster()), this::rawStore),
                store -> sources(store, Clock.systemUTC()));
    }

    /** What {@code check --store} looks at: the archive's settings are enough. */
    StoreCertification.Subject toCertify() {
        ArchiveSettings archive = archiveSettings();
        return new StoreCertification.Subject(
                this::storeToRead,
                () -> BucketFacts.of(archive),
                () -> ExpirationRules.of(archive),
                scratch(),
                settings.get(Known.RETENTION_LOCK));
    }

    /** The etcd that drills boot: of a directory, or of the configured one, or of the PATH. */
    StockEtcd stockEtcd(Optional<Path> directory) {
        return new StockEtcd(
                directory.or(() -> settings.find(Known.DRILL_ETCD)),
                System.getenv().getOrDefault("PATH", ""),
                scratch());
    }

    /**
     * Drills every configured cluster as often as is set; the caller closes what comes back.
     *
     * @throws SettingsException if they are to be drilled, but there is no etcd to boot: each turn would only say so again
     */
    DrillSchedule drills(ObjectStore store) {
        Duration interval = settings.get(Known.DRILL_INTERVAL);
        if (!interval.isZero()) {
            requireEtcd();
        }
        List<DrillSchedule.Cluster> clusters = settings.each().stream()
                .map(cluster -> new Wiring(cluster).drilled(store))
                .toList();
        return DrillSchedule.start(clusters, interval, Clock.systemUTC(), new Random());
    }

    private void requireEtcd() {
        try {
            stockEtcd(Optional.empty()).require();
        } catch (TidemarkException e) {
            throw SettingsException.contradiction(
                    "drill.interval is set, but " + e.getMessage(),
                    "name in drill.etcd the directory that holds both, of etcd 3.5 or later, or remove drill.interval");
        }
    }

    private DrillSchedule.Cluster drilled(ObjectStore store) {
        ClusterArchive archive = archive(store);
        return new DrillSchedule.Cluster(archive.cluster(), () -> Drill.lastStartedAtMillis(archive), () -> new Drill(
                        sources(store, Clock.systemUTC()),
                        Optional.of(new SourceAccess(source(), SourceAccess.Stall.FOLLOWERS)),
                        stockEtcd(Optional.empty()))
                .run(Target.latest(), VerifyProgress.NONE, RestoreProgress.NONE));
    }

    /**
     * For how long what is kept.
     *
     * @throws SettingsException if nobody has said for how long every revision is
     */
    RetentionPolicy retention() {
        return new RetentionPolicy(
                settings.get(Known.RETENTION_PITR),
                settings.get(Known.RETENTION_HOURLY),
                settings.get(Known.RETENTION_DAILY),
                settings.get(Known.RETENTION_LOCK),
                settings.get(Known.RETENTION_GRACE));
    }

    /** One run of expire. */
    static Expiry expiry(ClusterArchive archive, RetentionPolicy policy, Expiry.Promise promise) {
        return Expiry.prepare(
                archive, policy, promise, () -> UlidCreator.getMonotonicUlid().toString(), InstantSource.system());
    }

    /**
     * Expires every configured cluster as often as is set for it; the caller closes what comes back.
     *
     * @throws SettingsException if one is to be expired, but nobody has said what is to be kept
     */
    ExpirySchedule expiries(ObjectStore store) {
        List<ExpirySchedule.Cluster> clusters = settings.each().stream()
                .filter(Wiring::isExpired)
                .map(cluster -> new Wiring(cluster).expired(store))
                .toList();
        return ExpirySchedule.start(clusters, Clock.systemUTC(), new Random());
    }

    private static boolean isExpired(Settings cluster) {
        return !cluster.get(Known.RETENTION_EXPIRE_INTERVAL).isZero();
    }

    private ExpirySchedule.Cluster expired(ObjectStore store) {
        ClusterArchive archive = archive(store);
        RetentionPolicy policy = retention();
        return new ExpirySchedule.Cluster(
                archive.cluster(),
                settings.get(Known.RETENTION_EXPIRE_INTERVAL),
                () -> expiry(archive, policy, Expiry.Promise.KEPT).run());
    }

    /** Reads every configured cluster's archive for the metrics, if anybody may ask for them; the caller closes it. */
    ArchiveWatch archives(ObjectStore store) {
        Duration interval = settings.get(Known.METRICS_ARCHIVE_INTERVAL);
        boolean asked = settings.find(Known.METRICS_PORT).isPresent() && !interval.isZero();
        return ArchiveWatch.start(
                asked
                        ? settings.each().stream()
                                .map(cluster -> new Wiring(cluster).watched(store))
                                .toList()
                        : List.of(),
                interval);
    }

    private ArchiveWatch.Archive watched(ObjectStore store) {
        ClusterArchive archive = archive(store);
        return new ArchiveWatch.Archive(archive.cluster(), new ArchiveReadings(archive, InstantSource.system())::read);
    }

    /**
     * Watches for clusters that the compactor folds and nobody has configured, if anything is done by the configured names;
     * the caller closes what comes back.
     */
    UnconfiguredClusters unconfigured(Compactor compactor) {
        boolean byName = settings.find(Known.METRICS_PORT).isPresent()
                || !settings.get(Known.DRILL_INTERVAL).isZero()
                || settings.each().stream().anyMatch(Wiring::isExpired);
        return new UnconfiguredClusters(
                () -> compactor.health().partitions().stream()
                        .map(PartitionHealth::cluster)
                        .toList(),
                byName ? settings.clusters() : List.of());
    }

    /** Serves metrics and health of the services if a port is set; the caller closes what comes back. */
    Showing show(Monitor.Services services) {
        Optional<Integer> port = settings.find(Known.METRICS_PORT);
        if (port.isEmpty()) {
            return Showing.nothing();
        }
        String version = BuildVersion.number().orElse("checkout");
        return MetricsServer.open(
                settings.get(Known.METRICS_HOST), port.get(), new Monitor(services, version, InstantSource.system()));
    }

    private Optional<TailSettings> tail() {
        Map<String, String> kafka = settings.behind("kafka.");
        return kafka.containsKey("bootstrap.servers")
                ? Optional.of(TailSettings.of(Map.copyOf(kafka)))
                : Optional.empty();
    }

    /** Where the past is read from. */
    Sources sources(ObjectStore store, Clock clock) {
        return new Sources(archive(store), tail(), scratch(), clock);
    }

    /** The same without the topic, whatever is set for Kafka. */
    Sources archiveAlone(ObjectStore store, Clock clock) {
        return new Sources(archive(store), Optional.empty(), scratch(), clock);
    }

    private Path scratch() {
        Path directory = settings.get(Known.SPOOL_DIR);
        try {
            return Files.createDirectories(directory);
        } catch (IOException e) {
            throw SettingsException.unusable(Known.SPOOL_DIR, directory, e);
        }
    }

    private Path spool(String room) {
        return settings.get(Known.SPOOL_DIR).resolve("tidemark-" + settings.get(Known.CLUSTER_NAME) + "-" + room);
    }

    /** A compactor folds whatever is in the topic: where several clusters are, none gives it its name. */
    private Path compactorSpool() {
        return settings.find(Known.CLUSTERS).isEmpty()
                ? spool("compactor")
                : settings.get(Known.SPOOL_DIR).resolve("tidemark-" + installation() + "-compactor");
    }

    private String installation() {
        return settings.find(Known.INSTALLATION_ID).orElseGet(() -> settings.get(Known.TOPIC_REVISIONS));
    }

    private Map<String, String> kafka() {
        Map<String, String> kafka = settings.behind("kafka.");
        if (!kafka.containsKey("bootstrap.servers")) {
            settings.get(Known.KAFKA_BOOTSTRAP_SERVERS);
        }
        return kafka;
    }
}
