package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.Eventually;
import dev.tidemark.sandbox.KafkaServer;
import dev.tidemark.sandbox.KafkaUsers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rights that docs/kafka-access.md gives are all that Tidemark needs of a Kafka that authorizes. */
class KafkaRightsIT {
    private static final Path PAGE = Path.of("..", "docs", "kafka-access.md");
    private static final Pattern COMMAND = Pattern.compile("(?m)^allow (\\S+) ((?:.*\\\\\\n)*.*)$");
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final String CAPTURE = "tidemark-capture";
    private static final String COMPACT = "tidemark-compact";
    private static final String RESTORE = "tidemark-restore";
    private static final String NOBODY = "nobody";

    @TempDir
    Path dir;

    private final KafkaUsers users = KafkaUsers.of(CAPTURE, COMPACT, RESTORE, NOBODY);

    @Test
    void theRightsOnThePageAreEnoughForATakeoverACheckpointAndARestore() throws IOException {
        Files.createDirectories(dir.resolve("archive"));
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6);
                KafkaServer kafka = KafkaServer.launch(users)) {
            for (List<String> command : commands()) {
                users.allow(kafka, command.get(0), command.subList(1, command.size()));
            }
            etcd.etcdctl("put", "/k", "one");
            try (ServiceProcess first = service("capture", "first", CAPTURE, etcd);
                    ServiceProcess second = service("capture", "second", CAPTURE, etcd);
                    ServiceProcess compact = service("compact", "compact", COMPACT, etcd)) {
                first.start();
                compact.start();
                awaitValue(etcd, "one");
                second.start();
                Eventually.eventually(PATIENCE, () -> assertThat(second.log()).contains("stands by"));
                first.kill();
                etcd.etcdctl("put", "/k", "two");
                awaitValue(etcd, "two");
                awaitCheckpoint(etcd);
                Path reader = settings("reader", RESTORE, etcd);
                Invocation restored = Invocation.of(
                        "restore",
                        "--config",
                        reader.toString(),
                        "--to",
                        "latest",
                        "-o",
                        dir.resolve("restored.db").toString(),
                        "--json");
                assertThat(restored.code()).as(restored.err()).isZero();
                Invocation checked = Invocation.of(
                        "check",
                        "--read-only",
                        "--config",
                        settings("checker", CAPTURE, etcd).toString());
                assertThat(checked.code()).as(checked.out() + checked.err()).isZero();
                assertThat(get(settings("nobody", NOBODY, etcd)).assertFailed(2).err())
                        .contains("tidemark.revisions");
                second.requireAlive();
                compact.requireAlive();
            }
        }
    }

    private void awaitValue(EtcdServer etcd, String value) throws IOException {
        Path reader = settings("reader", RESTORE, etcd);
        Eventually.eventually(PATIENCE, () -> {
            Invocation got = get(reader);
            assertThat(got.code()).as(got.err()).isZero();
            assertThat(got.out()).contains(value);
        });
    }

    private static Invocation get(Path settings) {
        return Invocation.of("get", "/k", "--config", settings.toString());
    }

    private void awaitCheckpoint(EtcdServer etcd) throws IOException {
        Path reader = settings("reader", RESTORE, etcd);
        Eventually.eventually(PATIENCE, () -> {
            Invocation info = Invocation.of("info", "--json", "--config", reader.toString());
            assertThat(info.json().at("/clusters/0/generations/0/increments").asInt())
                    .as(info.out())
                    .isPositive();
        });
    }

    private ServiceProcess service(String verb, String name, String user, EtcdServer etcd) throws IOException {
        return new ServiceProcess(verb, settings(name, user, etcd));
    }

    private Path settings(String name, String user, EtcdServer etcd) throws IOException {
        Path own = Files.createDirectories(dir.resolve(name));
        List<String> lines = new ArrayList<>(List.of(
                "cluster.name=prod",
                "etcd.endpoints=" + etcd.endpoint(),
                "topic.partitions=1",
                "topic.replication.factor=1",
                "archive.uri=" + dir.resolve("archive").toUri(),
                "checkpoint.interval=2s",
                "spool.dir=" + own.resolve("spool")));
        users.clientSettings(user).forEach((key, value) -> lines.add("kafka." + key + "=" + value));
        return Files.write(own.resolve("tidemark.properties"), lines);
    }

    /** The page's commands: the user, and what its tool is told. */
    private static List<List<String>> commands() throws IOException {
        List<List<String>> commands = new ArrayList<>();
        Matcher matcher = COMMAND.matcher(Files.readString(PAGE));
        while (matcher.find()) {
            List<String> words = new ArrayList<>(List.of(matcher.group(1)));
            words.addAll(List.of(matcher.group(2).replace("\\\n", " ").trim().split("\\s+")));
            commands.add(words);
        }
        assertThat(commands).hasSizeGreaterThan(5);
        return commands;
    }
}
