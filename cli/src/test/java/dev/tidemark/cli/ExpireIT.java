package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.schemas.Failure;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verb expire on an archive as the services made it. */
class ExpireIT {
    private static SmallArchive whole;

    @TempDir
    Path dir;

    private SmallArchive copy;

    @BeforeAll
    static void build() {
        whole = SmallArchive.shared();
    }

    @BeforeEach
    void copy() {
        copy = whole.copyTo(dir.resolve("archive"));
    }

    @Test
    void withoutARetentionNothingIsEverGivenUp() {
        List<String> before = copy.objects();
        assertThat(copy.run("expire").assertFailed(Failure.USAGE.exitCode()).err())
                .contains("retention.pitr");
        assertThat(copy.objects()).isEqualTo(before);
        assertThat(copy.run("info", "--json").json().at("/clusters/0/retention").isNull())
                .isTrue();
    }

    @Test
    void whatStaysRestorableIsSaidBeforeAndARehearsalChangesNothing() {
        List<String> before = copy.objects();
        Invocation run = copy.run("expire", "--dry-run", "--json", "--set=retention.pitr=7d");
        JsonNode said = run.json();
        assertThat(run.err()).contains("stays restorable:").contains("every revision of");
        assertThat(said.at("/dryRun").asBoolean()).isTrue();
        assertThat(said.at("/restorable/0/every").asBoolean()).isTrue();
        assertThat(said.at("/restorable/0/from/revision").asLong()).isEqualTo(copy.earliest());
        assertThat(said.at("/restorable/0/to/revision").asLong()).isGreaterThanOrEqualTo(copy.latest());
        assertThat(said.at("/deleted/objects").asLong()).isZero();
        assertThat(copy.objects()).isEqualTo(before);
    }

    @Test
    void aPromiseIsShownByInfoAndNotShortenedUnasked() {
        assertThat(copy.run("expire", "--json", "--set=retention.pitr=7d", "--set=retention.hourly=30d")
                        .json()
                        .at("/condemned/objects")
                        .asLong())
                .isZero();
        JsonNode promised = copy.run("info", "--json").json().at("/clusters/0/retention");
        assertThat(promised.at("/pitrSeconds").asLong()).isEqualTo(7 * 86_400);
        assertThat(promised.at("/hourlySeconds").asLong()).isEqualTo(30 * 86_400);
        assertThat(copy.run("info").assertSucceeded().out()).contains("every revision for 7d, full hours for 30d");
        Invocation refused = copy.run("expire", "--set=retention.pitr=1d").assertFailed(Failure.REFUSED.exitCode());
        assertThat(refused.err()).contains("--shorten").contains("7d").contains("1d");
        copy.run("expire", "--set=retention.pitr=1d", "--shorten").assertSucceeded();
        assertThat(copy.run("info", "--json")
                        .json()
                        .at("/clusters/0/retention/pitrSeconds")
                        .asLong())
                .isEqualTo(86_400);
        assertThat(copy.run("verify", "--level", "content", "--json")
                        .json()
                        .at("/ok")
                        .asBoolean())
                .isTrue();
    }
}
