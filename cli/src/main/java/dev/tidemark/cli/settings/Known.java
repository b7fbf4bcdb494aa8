package dev.tidemark.cli.settings;

import static dev.tidemark.cli.settings.Setting.Secrecy.OPEN;
import static dev.tidemark.cli.settings.Setting.Secrecy.SECRET;

import dev.tidemark.archive.seal.Sealing;
import dev.tidemark.etcd.rpc.EtcdSettings;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Every setting that Tidemark knows: key, default, meaning. docs/settings.md is written from this list. */
public final class Known {
    private static final Pattern BROKER = Pattern.compile(".+:\\d{1,5}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

    public static final Setting<String> CLUSTER_NAME =
            open("cluster.name", "default", "The cluster's name: the archive keeps it under this name.", Known::name);
    public static final Setting<List<String>> CLUSTERS = open(
            "clusters",
            null,
            "Names of the clusters, separated by commas, where one installation serves several; instead of cluster.name.",
            Known::names);
    public static final Setting<List<String>> ETCD_ENDPOINTS = open(
            "etcd.endpoints",
            "http://127.0.0.1:2379",
            "The source's client endpoints, separated by commas.",
            Known::endpoints);
    public static final Setting<String> ETCD_USERNAME = open(
            "etcd.username",
            null,
            "User for all calls to the source that no other user is named for; needs the root role where auth is on.",
            Function.identity());
    public static final Setting<String> ETCD_PASSWORD = secret("etcd.password", "Password of etcd.username.");
    public static final Setting<String> ETCD_WATCH_USERNAME = open(
            "etcd.watch.username",
            null,
            "User for what capture does all the time: reads, the watch, TTLs of leases; needs READ on all keys.",
            Function.identity());
    public static final Setting<String> ETCD_WATCH_PASSWORD =
            secret("etcd.watch.password", "Password of etcd.watch.username.");
    public static final Setting<String> ETCD_ADMIN_USERNAME = open(
            "etcd.admin.username",
            null,
            "User for snapshots, hashes, the state of auth and check's probe; needs the root role. Without it revisions are"
                    + " captured, but get no base to be restored from.",
            Function.identity());
    public static final Setting<String> ETCD_ADMIN_PASSWORD =
            secret("etcd.admin.password", "Password of etcd.admin.username.");
    public static final Setting<Path> ETCD_TLS_CA =
            open("etcd.tls.ca", null, "PEM file of the authorities that sign the source's certificates.", Path::of);
    public static final Setting<Path> ETCD_TLS_CERT = open(
            "etcd.tls.cert",
            null,
            "PEM file of the client's certificate, intermediate ones behind it; read anew at each connection.",
            Path::of);
    public static final Setting<Path> ETCD_TLS_KEY = open(
            "etcd.tls.key",
            null,
            "PEM file of the client's private key: PKCS#8, PKCS#1 or SEC1 (EC), unencrypted.",
            Path::of);
    public static final Setting<String> KAFKA_BOOTSTRAP_SERVERS = open(
            "kafka.bootstrap.servers",
            null,
            "Kafka's brokers; other client settings may stand behind kafka. as well, unless Tidemark owns them.",
            Known::brokers);
    public static final Setting<String> TOPIC_REVISIONS =
            open("topic.revisions", "tidemark.revisions", "The topic of the revisions.", Known::name);
    public static final Setting<Integer> TOPIC_PARTITION =
            open("topic.partition", "0", "The partition that belongs to this cluster alone.", Quantities::natural);
    public static final Setting<Integer> TOPIC_PARTITIONS =
            open("topic.partitions", "64", "Partitions of the topic when capture makes it.", Quantities::positive);
    public static final Setting<Integer> TOPIC_REPLICATION_FACTOR =
            open("topic.replication.factor", "3", "Replicas of the topic when capture makes it.", Quantities::replicas);
    public static final Setting<String> INSTALLATION_ID = open(
            "installation.id",
            null,
            "First part of all ids that are global to a Kafka cluster; the topic's name if not set.",
            Known::name);
    public static final Setting<URI> ARCHIVE_URI =
            open("archive.uri", null, "Where the archive is: s3://bucket/prefix or file:///dir.", Known::archive);
    public static final Setting<URI> ARCHIVE_S3_ENDPOINT =
            open("archive.s3.endpoint", null, "The object store's endpoint; AWS if not set.", Known::url);
    public static final Setting<String> ARCHIVE_S3_REGION =
            open("archive.s3.region", "us-east-1", "The object store's region.", Function.identity());
    public static final Setting<String> ARCHIVE_S3_ACCESS_KEY =
            secret("archive.s3.access.key", "The object store's access key.");
    public static final Setting<String> ARCHIVE_S3_SECRET_KEY =
            secret("archive.s3.secret.key", "The object store's secret key.");
    public static final Setting<List<Path>> ENCRYPTION_KEYS = open(
            "encryption.keys",
            null,
            "Files with keys, separated by commas, as tidemark keys --new makes them: the first seals everything that is"
                    + " written to the archive, all of them open what is read; nothing is encrypted if it is not set.",
            Known::files);
    public static final Setting<Sealing.Clear> ENCRYPTION_CLEAR = open(
            "encryption.clear",
            "refuse",
            "What becomes of objects that are not encrypted where encryption.keys is set: refuse, or read if the archive"
                    + " is older than its keys (then whoever can write to the store can replace what is in it).",
            Known::clear);
    public static final Setting<Duration> CHECKPOINT_INTERVAL = open(
            "checkpoint.interval",
            "30s",
            "Time of the log, by the broker's clock, after which a checkpoint is cut.",
            Quantities::seconds);
    public static final Setting<Long> CHECKPOINT_BYTES =
            open("checkpoint.bytes", "256MiB", "Bytes of the log after which a checkpoint is cut.", Quantities::bytes);
    public static final Setting<String> COMPACTOR_MEMBER = open(
            "compactor.member",
            "compactor-1",
            "Stable name of a compactor among those of its installation; two never share one.",
            Known::name);
    public static final Setting<Path> SPOOL_DIR = open(
            "spool.dir",
            System.getProperty("java.io.tmpdir"),
            "Where snapshots, open intervals and restores are kept while they are worked on.",
            Path::of);
    public static final Setting<Long> CAPTURE_SPOOL_BYTES = open(
            "capture.spool.bytes",
            "4GiB",
            "Bytes that capture may keep on disk while Kafka is away.",
            Quantities::bytes);
    public static final Setting<Duration> SIDESTATE_INTERVAL = open(
            "sidestate.interval",
            "24h",
            "How often at least capture renews leases, users and roles by a snapshot; 0s: only when users or roles have"
                    + " changed, which is asked every 5 minutes (etcd 3.4 cannot say).",
            Quantities::duration);
    public static final Setting<Duration> RESTORE_LEASE_UNKNOWN_TTL = open(
            "restore.lease.unknown.ttl",
            "1h",
            "TTL given to a restored lease whose own is not known.",
            Quantities::seconds);
    public static final Setting<Integer> METRICS_PORT = open(
            "metrics.port",
            null,
            "Port at which the services answer /metrics and /health; they are not served if it is not set.",
            Quantities::port);
    public static final Setting<String> METRICS_HOST = open(
            "metrics.host",
            "127.0.0.1",
            "Address at which metrics.port is opened; 0.0.0.0 opens it to everybody who can reach this machine.",
            Function.identity());
    public static final Setting<Duration> METRICS_ARCHIVE_INTERVAL = open(
            "metrics.archive.interval",
            "5m",
            "How often the compactor's process reads each cluster's manifests for the metrics of the archive, where"
                    + " metrics.port is set; some 25 requests each time. 0s: never.",
            Quantities::duration);
    public static final Setting<String> CHECK_KEY = open(
            "check.key",
            "/tidemark/check",
            "The key of the source that tidemark check writes, to see it arrive.",
            Known::key);

    public static final Setting<Duration> DRILL_INTERVAL = open(
            "drill.interval",
            "0s",
            "How often the compactor's process drills each configured cluster: restores its newest revision, boots etcd from"
                    + " it and compares; refused where there is no etcd to boot. 0s: never.",
            Quantities::duration);
    public static final Setting<Path> DRILL_ETCD = open(
            "drill.etcd",
            null,
            "Directory of the etcd and etcdutl that drills boot; the first of the PATH that has both if not set.",
            Path::of);

    public static final Setting<Duration> RETENTION_PITR = open(
            "retention.pitr",
            null,
            "For how long tidemark expire keeps every revision, back from the archive's newest time, such as 7d;"
                    + " everything is kept for ever if it is not set.",
            Quantities::seconds);
    public static final Setting<Duration> RETENTION_HOURLY = open(
            "retention.hourly",
            "0s",
            "For how long expire keeps the last base before each full hour, such as 30d; 0s: no longer than every"
                    + " revision.",
            Quantities::duration);
    public static final Setting<Duration> RETENTION_DAILY = open(
            "retention.daily",
            "0s",
            "For how long expire keeps the last base before each full day (UTC), such as 365d; 0s: no longer than the"
                    + " others.",
            Quantities::duration);
    public static final Setting<Duration> RETENTION_LOCK = open(
            "retention.lock",
            "0s",
            "In a bucket with Object Lock and a default retention: for how long ahead expire keeps locked what restores"
                    + " need, such as 30d; an old segment is part of today's base. What the bucket has not locked when it was"
                    + " written stays unlocked (docs/store-access.md). 0s: as long as the bucket locks by itself.",
            Quantities::duration);
    public static final Setting<Duration> RETENTION_GRACE = open(
            "retention.grace",
            "24h",
            "How long what expire has given up stays in the store, for who still reads it; much more than the clocks of"
                    + " source, services and store differ.",
            Quantities::duration);
    public static final Setting<Duration> RETENTION_EXPIRE_INTERVAL = open(
            "retention.expire.interval",
            "0s",
            "How often the compactor's process does what tidemark expire does, such as 6h; needs retention.pitr. 0s: never,"
                    + " since nothing may be deleted by a service that was not told to.",
            Quantities::duration);

    /** Prefixes behind which any setting of a library may stand. */
    static final List<String> PASS_THROUGH = List.of("kafka.", "streams.");

    private Known() {}

    /** All settings in the order of the documentation. */
    public static List<Setting<?>> all() {
        return Stream.<Setting<?>>of(
                        CLUSTER_NAME,
                        CLUSTERS,
                        ETCD_ENDPOINTS,
                        ETCD_USERNAME,
                        ETCD_PASSWORD,
                        ETCD_WATCH_USERNAME,
                        ETCD_WATCH_PASSWORD,
                        ETCD_ADMIN_USERNAME,
                        ETCD_ADMIN_PASSWORD,
                        ETCD_TLS_CA,
                        ETCD_TLS_CERT,
                        ETCD_TLS_KEY,
                        KAFKA_BOOTSTRAP_SERVERS,
                        TOPIC_REVISIONS,
                        TOPIC_PARTITION,
                        TOPIC_PARTITIONS,
                        TOPIC_REPLICATION_FACTOR,
                        INSTALLATION_ID,
                        ARCHIVE_URI,
                        ARCHIVE_S3_ENDPOINT,
                        ARCHIVE_S3_REGION,
                        ARCHIVE_S3_ACCESS_KEY,
                        ARCHIVE_S3_SECRET_KEY,
                        ENCRYPTION_KEYS,
                        ENCRYPTION_CLEAR,
                        CHECKPOINT_INTERVAL,
                        CHECKPOINT_BYTES,
                        COMPACTOR_MEMBER,
                        SPOOL_DIR,
                        CAPTURE_SPOOL_BYTES,
                        SIDESTATE_INTERVAL,
                        RESTORE_LEASE_UNKNOWN_TTL,
                        METRICS_PORT,
                        METRICS_HOST,
                        METRICS_ARCHIVE_INTERVAL,
                        CHECK_KEY,
                        DRILL_INTERVAL,
                        DRILL_ETCD,
                        RETENTION_PITR,
                        RETENTION_HOURLY,
                        RETENTION_DAILY,
                        RETENTION_LOCK,
                        RETENTION_GRACE,
                        RETENTION_EXPIRE_INTERVAL)
                .toList();
    }

    /** The settings that each of several clusters may have for itself, as clusters.NAME.KEY. */
    static List<Setting<?>> perCluster() {
        List<Setting<?>> others = List.of(TOPIC_PARTITION, CAPTURE_SPOOL_BYTES, CHECK_KEY);
        return all().stream()
                .filter(setting -> setting.key().startsWith("etcd.")
                        || setting.key().startsWith("retention.")
                        || others.contains(setting))
                .toList();
    }

    private static <T> Setting<T> open(String key, String defaultText, String doc, Function<String, T> parser) {
        return new Setting<>(key, defaultText, OPEN, doc, parser);
    }

    private static Setting<String> secret(String key, String doc) {
        return new Setting<>(key, null, SECRET, doc, Function.identity());
    }

    private static String name(String text) {
        if (!NAME.matcher(text).matches()) {
            throw new IllegalArgumentException("1 to 63 letters, digits, dots, dashes and underscores");
        }
        return text;
    }

    private static List<String> names(String text) {
        List<String> names = Stream.of(text.split(",", -1))
                .map(String::strip)
                .map(Known::name)
                .toList();
        if (names.stream().distinct().count() < names.size()) {
            throw new IllegalArgumentException("names that are different from each other, separated by commas");
        }
        return names;
    }

    private static String key(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("a key that nobody else uses");
        }
        return text;
    }

    private static List<String> endpoints(String text) {
        List<String> endpoints = parts(text).stream()
                .map(s -> s.contains("://") ? s : "http://" + s)
                .toList();
        try {
            endpoints.forEach(EtcdSettings::of);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "http://host:port or https://host:port, without a user, separated by commas", e);
        }
        return endpoints;
    }

    private static String brokers(String text) {
        if (!parts(text).stream().allMatch(part -> BROKER.matcher(part).matches())) {
            throw new IllegalArgumentException("host:port, separated by commas");
        }
        return text;
    }

    private static List<String> parts(String text) {
        List<String> parts = Stream.of(text.split(","))
                .map(String::strip)
                .filter(s -> !s.isEmpty())
                .toList();
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("at least one host:port");
        }
        return parts;
    }

    private static List<Path> files(String text) {
        List<Path> files = Stream.of(text.split(","))
                .map(String::strip)
                .filter(s -> !s.isEmpty())
                .map(Path::of)
                .toList();
        if (files.isEmpty()) {
            throw new IllegalArgumentException("at least one file");
        }
        return files;
    }

    private static Sealing.Clear clear(String text) {
        return switch (text) {
            case "refuse" -> Sealing.Clear.REFUSE;
            case "read" -> Sealing.Clear.READ;
            default -> throw new IllegalArgumentException("refuse or read");
        };
    }

    private static URI url(String text) {
        try {
            URI url = new URI(text);
            if (url.getHost() != null && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
                return url;
            }
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("http://host:port or https://host:port: " + e.getMessage(), e);
        }
        throw new IllegalArgumentException("http://host:port or https://host:port");
    }

    private static URI archive(String text) {
        try {
            URI uri = new URI(text);
            if ("s3".equals(uri.getScheme()) || "file".equals(uri.getScheme())) {
                return uri;
            }
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("s3://bucket/prefix or file:///dir: " + e.getMessage(), e);
        }
        throw new IllegalArgumentException("s3://bucket/prefix or file:///dir");
    }
}
