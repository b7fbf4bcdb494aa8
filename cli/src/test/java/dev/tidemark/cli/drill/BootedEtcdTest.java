package dev.tidemark.cli.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an etcd that does not boot says of the restore, and what only of the machine; by executables that fail as told. */
class BootedEtcdTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String TAKES_THE_FILE =
            "for word; do case $word in --data-dir=*) mkdir -p \"${word#--data-dir=}/member\";; esac; done";
    private static final String PORT_TAKEN = "echo 'listen tcp 127.0.0.1:2379: bind: address already in use'; exit 1";

    @TempDir
    private Path directory;

    private Path scratch;
    private Path snapshot;

    @BeforeEach
    void prepare() throws IOException {
        scratch = Files.createDirectory(directory.resolve("scratch"));
        snapshot = Files.write(directory.resolve("drill.db"), new byte[] {1});
    }

    private void executable(String name, String script) throws IOException {
        Path file = Files.writeString(directory.resolve(name), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    private DrillException failure(String etcdutl, String etcd, Duration patience) throws IOException {
        executable("etcdutl", etcdutl);
        executable("etcd", etcd);
        DrillException thrown = catchThrowableOfType(
                DrillException.class, () -> BootedEtcd.start(directory, snapshot, scratch, patience));
        assertThat(scratch).as("what is left").isEmptyDirectory();
        return thrown;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "echo 'write member/snap/db: no space left on device'; exit 1 | make room",
                "echo 'fatal error: out of memory'; exit 2 | memory",
                "echo 'fatal error: runtime: out of memory'; seq 3000; exit 2 | memory",
                "echo 'open db: Too many open files'; exit 1 | ulimit",
                "echo 'mkdir: permission denied'; exit 1 | spool.dir",
                "kill -KILL $$ | signal 9",
                "echo 'unknown flag: --data-dir'; exit 128 | 3.5 or later",
            })
    void anEtcdutlThatLacksSomethingIsNoDamagedArchive(String etcdutl, String hint) throws IOException {
        DrillException thrown = failure(etcdutl, "exit 1", PATIENCE);

        assertThat(thrown.failure()).as(thrown.getMessage()).isEqualTo(Failure.UNAVAILABLE);
        assertThat(thrown.getMessage()).contains("etcdutl snapshot restore ended with exit code");
        assertThat(thrown.hint()).contains(hint);
    }

    @Test
    void anEtcdutlThatFailsThoughItHasMadeADirectoryIsBelievedByItsExitCode() throws IOException {
        DrillException thrown =
                failure(TAKES_THE_FILE + "; echo 'no space left on device'; exit 1", "exit 1", PATIENCE);

        assertThat(thrown.failure()).isEqualTo(Failure.UNAVAILABLE);
        assertThat(thrown.getMessage()).startsWith("etcdutl");
    }

    @Test
    void anEtcdutlThatRefusesTheFileIsADifference() throws IOException {
        DrillException thrown = failure("echo 'expected sha256 [1], got [2]'; exit 1", "exit 1", PATIENCE);

        assertThat(thrown.failure()).isEqualTo(Failure.VERIFICATION);
        assertThat(thrown.getMessage()).contains("exit code 1").contains("expected sha256");
    }

    @Test
    void anEtcdutlThatNeedsTooLongIsNoDamagedArchive() throws IOException {
        DrillException thrown = failure("exec sleep 600", "exit 1", Duration.ofSeconds(1));

        assertThat(thrown.failure()).isEqualTo(Failure.UNAVAILABLE);
        assertThat(thrown.getMessage()).contains("was not ready within 1 s");
        assertThat(thrown.hint()).contains("slow or busy");
    }

    @Test
    void aLargeFileGetsMoreTime() {
        assertThat(BootedEtcd.patience(20_000)).isEqualTo(Duration.ofMinutes(2));
        assertThat(BootedEtcd.patience(8_000_000_000L)).isEqualTo(Duration.ofSeconds(2_120));
    }

    @Test
    void anEtcdThatEndsInsteadOfServingIsADifference() throws IOException {
        DrillException thrown = failure(TAKES_THE_FILE, "echo 'panic: freepages: failed'; exit 2", PATIENCE);

        assertThat(thrown.failure()).isEqualTo(Failure.VERIFICATION);
        assertThat(thrown.getMessage())
                .startsWith("etcd ended with exit code 2")
                .contains("freepages");
    }

    @Test
    void aPortThatIsTakenIsExchangedForAnotherAFewTimes() throws IOException {
        Path asked = directory.resolve("asked");
        DrillException thrown = failure(TAKES_THE_FILE, "echo \"$*\" >> " + asked + "; " + PORT_TAKEN, PATIENCE);

        assertThat(thrown.failure()).isEqualTo(Failure.UNAVAILABLE);
        assertThat(thrown.hint()).contains("drill again");
        List<String> tries = Files.readAllLines(asked);
        assertThat(tries).hasSize(5);
        assertThat(new HashSet<>(tries)).as("tries with ports of their own").hasSize(5);
    }

    @Test
    void whatFollowsATakenPortIsJudgedByItself() throws IOException {
        Path once = directory.resolve("once");
        String etcd = "if mkdir " + once + "; then " + PORT_TAKEN + "; fi; echo 'panic: freepages: failed'; exit 2";

        assertThat(failure(TAKES_THE_FILE, etcd, PATIENCE).failure()).isEqualTo(Failure.VERIFICATION);
    }

    @Test
    void portsNeverRunOut() {
        Set<Integer> clients = new HashSet<>();
        for (int drill = 0; drill < 12_000; drill++) {
            LoopbackPorts ports = LoopbackPorts.free();
            assertThat(ports.client()).isNotEqualTo(ports.peer());
            clients.add(ports.client());
        }
        assertThat(clients).hasSizeGreaterThan(1);
    }
}
