package dev.tidemark.capture.service;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.etcd.rpc.EtcdCredentials;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.etcd.rpc.EtcdUsers;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.Eventually;
import dev.tidemark.sandbox.KafkaServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** With every logger of every library at its most talkative no password is ever said. */
@ExtendWith(OnSharedKafka.class)
class SecretsIT {
    private static final String WATCH = "Watch-Passw0rd-4711";
    private static final String ADMIN = "Admin-Passw0rd-4712";
    private static final String WRONG = "Wrong-Passw0rd-4713";
    private static final String KEYSTORE = "Keystore-Passw0rd-4714";
    private static final String SASL = "sasl-s3cr3t-4c1e9f";

    @TempDir
    Path scratch;

    private final ObjectStore store = new MemoryStore(InstantSource.system());
    private final Eavesdropper eavesdropper = new Eavesdropper();

    @Test
    void noPasswordIsLoggedThrownOrPrinted(KafkaServer kafka, TestInfo test) throws Exception {
        try (EtcdServer etcd = withUsers()) {
            CapturePlace place = new CapturePlace(kafka, test, scratch, store);
            eavesdropper.listen();
            try {
                CaptureSettings right = settings(place, etcd, new EtcdCredentials("watch", WATCH), ADMIN);
                try (RunningCapture capture = new RunningCapture(right, store)) {
                    capture.await(1);
                    etcd.etcdctl("--user=admin:" + ADMIN, "put", "key", "value");
                    capture.await(2);
                    etcd.kill();
                    etcd.start();
                    etcd.etcdctl("--user=admin:" + ADMIN, "put", "key", "value");
                    capture.await(3);
                }
                CaptureSettings half = settings(place, etcd, new EtcdCredentials("watch", WATCH), WRONG);
                try (RunningCapture capture = new RunningCapture(half, new MemoryStore(InstantSource.system()))) {
                    Eventually.eventually(
                            Duration.ofSeconds(30),
                            () -> eavesdropper.check(capture.missingRights().orElse("")));
                }
                CaptureSettings wrong = settings(place, etcd, new EtcdCredentials("watch", WRONG), ADMIN);
                try (RunningCapture capture = new RunningCapture(wrong, store)) {
                    StringWriter trace = new StringWriter();
                    capture.error().printStackTrace(new PrintWriter(trace));
                    eavesdropper.check(trace.toString());
                }
                Stream.of(right, half, wrong).map(CaptureSettings::toString).forEach(eavesdropper::check);
            } finally {
                eavesdropper.close();
            }
        }
        assertThat(eavesdropper.heard.sum()).as("lines at TRACE").isGreaterThan(1_000);
        assertThat(eavesdropper.heardOfGrpc.sum()).as("lines of gRPC").isPositive();
        assertThat(eavesdropper.secrets).isEmpty();
    }

    private static EtcdServer withUsers() {
        EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6);
        etcd.etcdctl("user", "add", "root:secret");
        etcd.etcdctl("user", "grant-role", "root", "root");
        etcd.etcdctl("role", "add", "watch");
        etcd.etcdctl("role", "grant-permission", "watch", "read", "", "--from-key");
        etcd.etcdctl("user", "add", "watch:" + WATCH);
        etcd.etcdctl("user", "grant-role", "watch", "watch");
        etcd.etcdctl("user", "add", "admin:" + ADMIN);
        etcd.etcdctl("user", "grant-role", "admin", "root");
        etcd.etcdctl("auth", "enable");
        return etcd;
    }

    private static CaptureSettings settings(
            CapturePlace place, EtcdServer etcd, EtcdCredentials watch, String adminPassword) {
        CaptureSettings plain = place.settings(EtcdSettings.of(etcd.endpoint())
                .withUsers(
                        new EtcdUsers(Optional.of(watch), Optional.of(new EtcdCredentials("admin", adminPassword)))));
        Map<String, String> kafka = new HashMap<>(plain.kafka());
        kafka.put("ssl.keystore.password", KEYSTORE);
        kafka.put("ssl.truststore.password", KEYSTORE);
        kafka.put(
                "sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"c\" password=\"" + SASL
                        + "\";");
        return new CaptureSettings(
                plain.cluster(),
                plain.source(),
                plain.topic(),
                plain.installation(),
                kafka,
                plain.checkpointInterval(),
                plain.spool(),
                plain.newSource());
    }

    /** etcd's simple tokens: letters, a dot, and the number of a log entry. */
    private static final Pattern TOKEN = Pattern.compile("(?<![\\w.])[A-Za-z]{16}\\.\\d+(?![\\w.])");

    /** Hears everything that is logged, and keeps only what holds a secret, as text, in Base64 or in hex. */
    private static final class Eavesdropper extends AppenderBase<ILoggingEvent> {
        private final List<String> forbidden = Stream.of(WATCH, ADMIN, WRONG, KEYSTORE, SASL)
                .flatMap(secret -> {
                    byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
                    return Stream.of(
                            secret,
                            Base64.getEncoder().withoutPadding().encodeToString(bytes),
                            HexFormat.of().formatHex(bytes));
                })
                .toList();
        private final Queue<String> secrets = new ConcurrentLinkedQueue<>();
        private final LongAdder heard = new LongAdder();
        private final LongAdder heardOfGrpc = new LongAdder();
        private final Map<Logger, Level> levels = new HashMap<>();
        private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        private final java.util.logging.Logger jdk = java.util.logging.Logger.getLogger("");
        private final java.util.logging.Level jdkLevel = jdk.getLevel();
        private final Handler handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                heardOfGrpc.increment();
                check(record.getLoggerName() + " " + record.getMessage() + " " + List.of(parameters(record)) + " "
                        + record.getThrown());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };

        void listen() {
            LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
            for (Logger logger : context.getLoggerList()) {
                levels.put(logger, logger.getLevel());
                logger.setLevel(logger == root ? Level.TRACE : null);
            }
            // only this appender: the console would drown
            root.iteratorForAppenders().forEachRemaining(appender -> appender.stop());
            setContext(context);
            start();
            root.addAppender(this);
            handler.setLevel(java.util.logging.Level.ALL);
            jdk.setLevel(java.util.logging.Level.ALL);
            jdk.addHandler(handler);
        }

        void close() {
            jdk.removeHandler(handler);
            jdk.setLevel(jdkLevel);
            root.detachAppender(this);
            levels.forEach(Logger::setLevel);
            root.iteratorForAppenders().forEachRemaining(appender -> appender.start());
        }

        void check(String line) {
            if (forbidden.stream().anyMatch(line::contains)
                    || TOKEN.matcher(line).find()) {
                secrets.add(line);
            }
        }

        @Override
        protected void append(ILoggingEvent event) {
            heard.increment();
            check(event.getLoggerName() + " " + event.getFormattedMessage() + " "
                    + ThrowableProxyUtil.asString(event.getThrowableProxy()));
        }

        private static Object[] parameters(LogRecord record) {
            return record.getParameters() == null ? new Object[0] : record.getParameters();
        }
    }
}
