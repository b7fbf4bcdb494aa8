package dev.tidemark.sandbox;

import dev.tidemark.schemas.Failure;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;

/**
 * A Kafka node, broker and controller in one, alone or of a {@link KafkaCluster}, in a JVM of its own that uses this
 * JVM's class path. Topics are not created by themselves; internal topics have few partitions.
 */
public final class KafkaServer extends Server {
    private static final Duration START = Duration.ofSeconds(60);
    private static final short API_VERSIONS = 18;
    private static final long PATIENCE_SECONDS = 30;

    private final KafkaNode node;

    private KafkaServer(ServerDirectory directory, KafkaNode node) {
        super("Kafka", directory, START);
        this.node = node;
    }

    /** Starts an empty Kafka. */
    public static KafkaServer launch() {
        return launch(Map.of());
    }

    /** Starts an empty Kafka with further broker settings, which win over the sandbox's own. */
    public static KafkaServer launch(Map<String, String> settings) {
        return started(prepared(ServerDirectory.temporary("kafka"), KafkaNode.alone(), settings));
    }

    /** Starts an empty Kafka that authorizes these users. */
    public static KafkaServer launch(KafkaUsers users) {
        KafkaNode node = KafkaNode.alone();
        return started(prepared(ServerDirectory.temporary("kafka"), node, users.brokerSettings(node)));
    }

    /** Starts an empty Kafka as it would be run in earnest: it takes longer to start, and less to do the same work. */
    public static KafkaServer launchForLoad() {
        return launchForLoad(ServerDirectory.temporary("kafka"));
    }

    /** The same, with its data in the given directory. */
    public static KafkaServer launchForLoadIn(Path directory) {
        return launchForLoad(ServerDirectory.given(directory));
    }

    private static KafkaServer launchForLoad(ServerDirectory directory) {
        return started(prepared(directory, KafkaNode.aloneUnderLoad(), Map.of()));
    }

    /** Starts a Kafka whose data stay in the given directory; goes on with data of an earlier start. */
    public static KafkaServer launchIn(Path directory, Map<String, String> settings) {
        return started(prepared(ServerDirectory.given(directory), KafkaNode.alone(), settings));
    }

    /** A node with formatted storage that is not started yet: alone it would wait for the others. */
    static KafkaServer node(KafkaNode node, Map<String, String> settings) {
        return prepared(ServerDirectory.temporary("kafka"), node, settings);
    }

    private static KafkaServer prepared(ServerDirectory directory, KafkaNode node, Map<String, String> settings) {
        KafkaServer server = new KafkaServer(directory, node);
        try {
            server.prepare(settings);
            return server;
        } catch (IOException e) {
            server.close();
            throw new UncheckedIOException(e);
        } catch (SandboxException e) {
            server.close();
            throw e;
        }
    }

    private void prepare(Map<String, String> settings) throws IOException {
        Properties properties = new Properties();
        properties.putAll(ownSettings());
        properties.putAll(node.settings());
        properties.putAll(settings);
        try (Writer out = Files.newBufferedWriter(settingsFile())) {
            properties.store(out, null);
        }
        Files.writeString(
                path().resolve("logback.xml"),
                """
                <configuration>
                  <appender name="out" class="ch.qos.logback.core.ConsoleAppender">
                    <encoder><pattern>%d %-5level %logger{20} %msg%n</pattern></encoder>
                  </appender>
                  <root level="WARN"><appender-ref ref="out"/></root>
                </configuration>
                """);
        if (Files.notExists(dataDirectory().resolve("meta.properties"))) {
            format();
        }
    }

    private Map<String, String> ownSettings() {
        return Map.ofEntries(
                Map.entry("process.roles", "broker,controller"),
                Map.entry("listener.security.protocol.map", "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT"),
                Map.entry("inter.broker.listener.name", "BROKER"),
                Map.entry("controller.listener.names", "CONTROLLER"),
                Map.entry("log.dirs", dataDirectory().toString()),
                Map.entry("auto.create.topics.enable", "false"),
                Map.entry("offsets.topic.num.partitions", "4"),
                Map.entry("transaction.state.log.num.partitions", "4"),
                Map.entry("group.initial.rebalance.delay.ms", "0"),
                // A killed broker may register again once its last session has ended; by default that takes 9 s.
                Map.entry("broker.session.timeout.ms", "3000"),
                Map.entry("broker.heartbeat.interval.ms", "500"));
    }

    private void format() {
        List<String> words = new ArrayList<>(java(KafkaNode.toolsJvm()));
        words.addAll(List.of("kafka.tools.StorageTool", "format"));
        words.addAll(node.formatFlags());
        words.addAll(List.of("-c", settingsFile().toString()));
        Command.of(words).in(path()).stdout();
    }

    private List<String> java(List<String> options) {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(options);
        words.addAll(List.of(
                "-Xshare:auto", "-Dlogback.configurationFile=" + path().resolve("logback.xml"), "-cp", classPath()));
        return words;
    }

    /** This process's own class path, from the child's working directory on. */
    private static String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    @Override
    List<String> command() {
        List<String> words = new ArrayList<>(java(node.jvm()));
        words.addAll(List.of("kafka.Kafka", settingsFile().toString()));
        return words;
    }

    @Override
    Map<String, String> environment() {
        return Map.of();
    }

    /** Asks for the broker's API versions by hand: it answers once it processes requests, later than it accepts. */
    @Override
    boolean isReady() throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), node.brokerPort()), 1_000);
            socket.setSoTimeout(2_000);
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            out.writeInt(10);
            out.writeShort(API_VERSIONS);
            out.writeShort(0);
            out.writeInt(1);
            out.writeShort(-1);
            out.flush();
            return new DataInputStream(socket.getInputStream()).readInt() > 0;
        }
    }

    /** The value of {@code bootstrap.servers}. */
    public String bootstrapServers() {
        return node.address();
    }

    /** Deletes all but a partition's last record, as a topic's retention does in time. */
    public void expire(String topic, int partition) {
        TopicPartition place = new TopicPartition(topic, partition);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
            long end = admin.listOffsets(Map.of(place, OffsetSpec.latest()))
                    .partitionResult(place)
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .offset();
            admin.deleteRecords(Map.of(place, RecordsToDelete.beforeOffset(end - 1)))
                    .all()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SandboxException(Failure.UNAVAILABLE, "interrupted while " + place + " expired", "", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new SandboxException(Failure.UNAVAILABLE, place + " cannot be expired: " + e, "", e);
        }
    }

    private Path dataDirectory() {
        return path().resolve("data");
    }

    private Path settingsFile() {
        return path().resolve("server.properties");
    }
}
