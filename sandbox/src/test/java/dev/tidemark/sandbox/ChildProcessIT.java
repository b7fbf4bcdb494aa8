package dev.tidemark.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildProcessIT {
    @Test
    void noServerOutlivesAJvmThatIsKilledNotEvenAPausedOne() throws IOException {
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        OneOfEach.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = jvm.inputReader(StandardCharsets.UTF_8)) {
            String pids = out.lines()
                    .filter(line -> line.startsWith("pids "))
                    .findFirst()
                    .orElseThrow();
            List<Long> servers =
                    Arrays.stream(pids.split(" ")).skip(1).map(Long::valueOf).toList();
            assertThat(servers).hasSize(3).allMatch(ChildProcessIT::isAlive);
            List<Long> family = jvm.descendants().map(ProcessHandle::pid).toList();
            assertThat(family).containsAll(servers);
            jvm.destroyForcibly();
            Eventually.eventually(
                    Duration.ofSeconds(3), () -> assertThat(family).noneMatch(ChildProcessIT::isAlive));
        } finally {
            jvm.destroyForcibly();
        }
    }

    @Test
    void theWatchdogGoesWithItsServer(@TempDir Path directory) {
        ChildProcess child =
                ChildProcess.start(List.of("sleep", "1000"), Map.of(), directory, directory.resolve("log"));
        List<ProcessHandle> watchdog = Eventually.until(
                Duration.ofSeconds(5),
                () -> ProcessHandle.of(child.pid()).orElseThrow().descendants().toList(),
                found -> !found.isEmpty());
        child.kill();
        assertThat(child.isAlive()).isFalse();
        Eventually.eventually(Duration.ofSeconds(3), () -> assertThat(watchdog).noneMatch(ProcessHandle::isAlive));
    }

    @Test
    void aServerIsAskedBeforeItIsKilled(@TempDir Path directory) throws IOException {
        Path log = directory.resolve("log");
        String polite = "trap 'echo asked; exit 0' TERM; echo up; while :; do sleep 0.05; done";
        ChildProcess child = ChildProcess.start(List.of("/bin/sh", "-c", polite), Map.of(), directory, log);
        Eventually.eventually(
                Duration.ofSeconds(5), () -> assertThat(log).content().contains("up"));
        child.signal("STOP");
        child.stop(Duration.ofSeconds(10));
        assertThat(Files.readString(log)).isEqualTo("up\nasked\n");
        assertThat(child.exitCode()).isZero();
    }

    @Test
    void aDeadServerIsSentNoSignal(@TempDir Path directory) {
        ChildProcess child = ChildProcess.start(List.of("true"), Map.of(), directory, directory.resolve("log"));
        Eventually.eventually(
                Duration.ofSeconds(5), () -> assertThat(child.isAlive()).isFalse());
        child.signal("STOP");
        child.stop(Duration.ofSeconds(1));
        assertThat(child.exitCode()).isZero();
    }

    @Test
    void noChildSeesTheSettingsOfAnOperatorsOwnServers() {
        ProcessBuilder child = new ProcessBuilder("true");
        child.environment()
                .putAll(Map.of("ETCDCTL_ENDPOINTS", "prod:2379", "ETCD_NAME", "prod", "MINIO_VOLUMES", "/prod"));
        child.environment().put("KEPT", "yes");
        Surroundings.enter(child, Map.of("ETCDCTL_API", "3"));
        assertThat(child.environment())
                .containsEntry("ETCDCTL_API", "3")
                .containsEntry("KEPT", "yes")
                .doesNotContainKeys("ETCDCTL_ENDPOINTS", "ETCD_NAME", "MINIO_VOLUMES");
    }

    /** A zombie that waits for its new parent to notice is not alive. */
    private static boolean isAlive(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException gone) {
            return false;
        }
    }
}
