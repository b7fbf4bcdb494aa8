package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.sandbox.ChildProcess;
import dev.tidemark.sandbox.EtcdTools;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.Eventually;
import dev.tidemark.sandbox.FreePorts;
import dev.tidemark.sandbox.workload.Plan;
import dev.tidemark.sandbox.workload.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/recovery.md tells people to type on a bad night is typed here, on real servers. */
class RecoveryPageIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String KEY = "/registry/configmaps/shop/prices";
    private static final EtcdVersion VERSION = EtcdVersion.V3_6;

    /** Neither text nor without an end of line at its end. */
    private static final byte[] VALUE = {'k', '8', 's', 0, (byte) 0xff, (byte) 0xfe, '\r', '\n'};

    @TempDir
    private Path directory;

    private final List<ChildProcess> started = new ArrayList<>();

    /** A member of the etcd that comes back. */
    private record Member(String name, int peerPort, int clientPort, Path data) {
        String peerUrl() {
            return "http://127.0.0.1:" + peerPort;
        }

        String endpoint() {
            return "http://127.0.0.1:" + clientPort;
        }
    }

    private final List<Member> members = IntStream.rangeClosed(1, 3)
            .mapToObj(number ->
                    new Member("etcd-" + number, FreePorts.next(), FreePorts.next(), Path.of("data-" + number)))
            .toList();

    @Test
    void theCommandsOfThePageBringAClusterAndAKeyBackAndCaptureFollows() throws IOException {
        Path installation = Files.createDirectory(directory.resolve("installation"));
        try (PipelineHarness harness = PipelineHarness.start(VERSION, installation)) {
            try {
                somethingIsDeleted(harness);
                Map<String, String> words = surroundings(harness);
                long hash = theClusterComesBack(words);
                assertThat(hash).isPositive();
                captureFollows(harness);
                aKeyComesBack(harness, words);
            } catch (RuntimeException | AssertionError e) {
                e.addSuppressed(new AssertionError(harness.logs()));
                throw e;
            } finally {
                started.stream().filter(ChildProcess::isAlive).forEach(ChildProcess::kill);
            }
        }
    }

    private static void somethingIsDeleted(PipelineHarness harness) {
        harness.workload().run(Plan.of(300).withSeed(41));
        harness.capture().start();
        harness.compactor().start();
        harness.awaitBase();
        harness.workload().write(new Request.Put(KEY.getBytes(StandardCharsets.UTF_8), VALUE, 0));
        harness.workload().run(Plan.of(100).withSeed(42));
        harness.workload().write(Request.DeleteRange.key(KEY.getBytes(StandardCharsets.UTF_8)));
        harness.workload().run(Plan.of(100).withSeed(43));
        harness.awaitCaptured(harness.oracle().lastRevision());
    }

    /** What stands on the PATH, and the words that the page leaves open. */
    private Map<String, String> surroundings(PipelineHarness harness) throws IOException {
        Path tools = EtcdTools.of(VERSION).located().directory();
        Path bin = Files.createDirectory(directory.resolve("bin"));
        String command = ServiceProcess.command("\"$@\"", harness.settingsFile()).stream()
                .map(word -> word.startsWith("\"") ? "\"$verb\" \"$@\"" : "'" + word + "'")
                .collect(Collectors.joining(" "));
        Path tidemark = Files.writeString(bin.resolve("tidemark"), "#!/bin/sh\nverb=$1\nshift\nexec " + command + "\n");
        Files.setPosixFilePermissions(tidemark, PosixFilePermissions.fromString("rwx------"));
        Map<String, String> words = new HashMap<>();
        words.put("PATH", bin + ":" + tools + ":" + System.getenv("PATH"));
        words.put("ETCDCTL_API", "3");
        words.put("KEY", KEY);
        words.put("NEW_TOKEN", "after-the-bad-night");
        words.put(
                "ALL_MEMBERS",
                members.stream()
                        .map(member -> member.name + "=" + member.peerUrl())
                        .collect(Collectors.joining(",")));
        words.put("ENDPOINTS", members.stream().map(Member::endpoint).collect(Collectors.joining(",")));
        return words;
    }

    /** The hash that all members answered with. */
    private long theClusterComesBack(Map<String, String> words) throws IOException {
        List<RecoveryPage.Block> blocks = RecoveryPage.blocks("A moment before");
        assertThat(blocks)
                .extracting(RecoveryPage.Block::where)
                .containsExactly(
                        RecoveryPage.Where.ANYWHERE,
                        RecoveryPage.Where.ANYWHERE,
                        RecoveryPage.Where.MEMBER,
                        RecoveryPage.Where.ANYWHERE);
        assertThat(type(blocks.get(0), words)).contains("target:", KEY);
        String restored = type(blocks.get(1), words);
        for (Member member : members) {
            Map<String, String> own = new HashMap<>(words);
            own.put("NAME", member.name);
            own.put("PEER_URL", member.peerUrl());
            own.put("DATA_DIR", member.data.toString());
            type(blocks.get(2), own);
        }
        members.forEach(this::startMember);
        words.put("BUMPED", number("bumped: .* revision (\\d+)", restored));
        String hashes = Eventually.until(PATIENCE, () -> tryTo(blocks.get(3), words), text -> text.contains("hash"));
        String expected = number("hashkv: +(\\d+)", restored);
        assertThat(all("\"hash\":(\\d+)", hashes)).containsExactly(expected, expected, expected);
        return Long.parseLong(expected);
    }

    private void startMember(Member member) {
        String client = member.endpoint();
        started.add(ChildProcess.start(
                List.of(
                        EtcdTools.of(VERSION).located().executable("etcd").toString(),
                        "--name=" + member.name,
                        "--data-dir=" + member.data,
                        "--listen-peer-urls=" + member.peerUrl(),
                        "--initial-advertise-peer-urls=" + member.peerUrl(),
                        "--listen-client-urls=" + client,
                        "--advertise-client-urls=" + client),
                Map.of(),
                directory,
                directory.resolve(member.name + ".log")));
    }

    /** One that was stopped refuses the restored source, and follows it once it is told that this is meant. */
    private void captureFollows(PipelineHarness harness) throws IOException {
        harness.capture().kill();
        harness.set(
                Map.of("etcd.endpoints", members.stream().map(Member::endpoint).collect(Collectors.joining(","))));
        harness.capture().start();
        Eventually.eventually(
                PATIENCE, () -> assertThat(harness.capture().isAlive()).isFalse());
        assertThat(harness.capture().exitCode()).isEqualTo(5);
        assertThat(harness.capture().log()).contains("--new-source");
        String former = harness.newest().orElseThrow().header().getGeneration();
        harness.capture().startWith("--new-source");
        Eventually.eventually(PATIENCE, () -> assertThat(harness.newest()).hasValueSatisfying(newest -> {
            assertThat(newest.header().getGeneration()).isNotEqualTo(former);
            assertThat(newest.hasBase()).isTrue();
        }));
    }

    private void aKeyComesBack(PipelineHarness harness, Map<String, String> words) throws IOException {
        RecoveryPage.Block delete =
                new RecoveryPage.Block(RecoveryPage.Where.ANYWHERE, "etcdctl --endpoints \"$ENDPOINTS\" del \"$KEY\"");
        assertThat(type(delete, words)).contains("1");
        RecoveryPage.Block look = new RecoveryPage.Block(
                RecoveryPage.Where.ANYWHERE, "etcdctl --endpoints \"$ENDPOINTS\" get \"$KEY\" -w json");
        assertThat(type(look, words)).doesNotContain("\"value\"");
        Eventually.eventually(PATIENCE, () -> assertThat(Invocation.of(
                                "get",
                                KEY,
                                "--value-only",
                                "-q",
                                "--config",
                                harness.settingsFile().toString())
                        .code())
                .isEqualTo(3));
        for (RecoveryPage.Block block : RecoveryPage.blocks("One key")) {
            type(block, words);
        }
        assertThat(number("\"value\":\"([^\"]*)\"", type(look, words)))
                .isEqualTo(Base64.getEncoder().encodeToString(VALUE));
    }

    private String type(RecoveryPage.Block block, Map<String, String> words) throws IOException {
        Path log = Files.createTempFile(directory, "typed", ".log");
        ChildProcess shell = ChildProcess.start(List.of("/bin/bash", "-euc", block.text()), words, directory, log);
        started.add(shell);
        Eventually.eventually(PATIENCE, () -> assertThat(shell.isAlive()).isFalse());
        String said = Files.readString(log, StandardCharsets.ISO_8859_1);
        assertThat(shell.exitCode()).as(block.text() + "\n" + said).isZero();
        return said;
    }

    /** What it says, or why it cannot yet. */
    private String tryTo(RecoveryPage.Block block, Map<String, String> words) {
        try {
            return type(block, words);
        } catch (AssertionError | IOException notYet) {
            return String.valueOf(notYet.getMessage());
        }
    }

    private static String number(String pattern, String text) {
        return all(pattern, text).stream()
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + pattern + " in " + text));
    }

    private static List<String> all(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        List<String> found = new ArrayList<>();
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }
}
