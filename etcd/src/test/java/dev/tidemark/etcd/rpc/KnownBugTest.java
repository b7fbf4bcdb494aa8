package dev.tidemark.etcd.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KnownBugTest {
    private static final Path PAGE = Path.of("..", "docs", "etcd-versions.md");

    @ParameterizedTest
    @CsvSource({
        "3.4.23, PROGRESS_UNORDERED, true",
        "3.4.25, PROGRESS_UNORDERED, false",
        "3.5.7, PROGRESS_UNORDERED, true",
        "3.5.8, PROGRESS_UNORDERED, false",
        "3.6.0, PROGRESS_UNORDERED, false",
        "3.4.24, PROGRESS_MISSING, false",
        "3.4.25, PROGRESS_MISSING, true",
        "3.4.31, PROGRESS_MISSING, false",
        "3.5.12, PROGRESS_MISSING, true",
        "3.5.13, PROGRESS_MISSING, false",
        "3.6.1, PROGRESS_OF_THE_FUTURE, true",
        "3.6.2, PROGRESS_OF_THE_FUTURE, false",
        "3.5.2, INCONSISTENT_MEMBERS, true",
        "3.5.3, INCONSISTENT_MEMBERS, false",
        "3.4.23, INCONSISTENT_MEMBERS, false",
        "3.5.15, TOMBSTONE_COMPACTED_AWAY, true",
        "3.5.17, TOMBSTONE_LOST_AFTER_RESTART, true",
        "3.4.45, WATCH_SHOWS_TOO_MUCH, true",
        "3.5.33, WATCH_SHOWS_TOO_MUCH, false",
        "3.6.13, WATCH_SHOWS_TOO_MUCH, true",
        "3.7.0, WATCH_SHOWS_TOO_MUCH, true",
    })
    void aBugEndsWithTheReleaseThatFixedIt(String release, KnownBug bug, boolean has) {
        assertThat(bug.isIn(EtcdRelease.of(release))).isEqualTo(has);
    }

    @ParameterizedTest
    @CsvSource({"3.5.35", "3.6.16", "3.7.3"})
    void theReleasesThatAreTestedHaveNone(String release) {
        assertThat(KnownBug.of(EtcdRelease.of(release))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "3.4.23, false",
        "3.4.25, true",
        "3.5.7, false",
        "3.5.9+distributor, true",
        "v3.6.0-rc.1, true",
        "unheard of, false",
    })
    void progressIsAskedForOnlyWhereTheAnswerIsInOrder(String version, boolean may) {
        assertThat(KnownBug.mayAskForProgress(version)).isEqualTo(may);
    }

    @Test
    void theAdviceNamesTheBugAndTheWayOut() {
        assertThat(KnownBug.TOMBSTONE_COMPACTED_AWAY.advice(EtcdRelease.of("3.5.9")))
                .startsWith("etcd 3.5.9 has a known bug (tombstone-compacted-away, ")
                .contains("https://github.com/etcd-io/etcd/issues/18089")
                .endsWith("Upgrade to 3.5.16 or newer.");
    }

    @Test
    void everyReleaseWithABugHasAWayOutThatHasNotTheSame() {
        for (KnownBug bug : KnownBug.values()) {
            for (int patch = 0; patch < 50; patch++) {
                int number = patch;
                Stream.of(4, 5, 6, 7)
                        .map(minor -> new EtcdRelease(3, minor, number))
                        .filter(bug::isIn)
                        .forEach(release -> assertThat(
                                        bug.isIn(bug.fixedFor(release).orElseThrow()))
                                .as("%s after %s", bug, release)
                                .isFalse());
            }
        }
    }

    @Test
    void thePageSaysWhatTheCodeKnows() throws IOException {
        String page = KnownBugPage.text();
        if (Boolean.getBoolean("update.docs")) {
            Files.writeString(PAGE, page);
        }
        assertThat(PAGE)
                .as("write it anew with: mvn -pl etcd -am test -Dtest=KnownBugTest -Dupdate.docs=true"
                        + " -Dsurefire.failIfNoSpecifiedTests=false")
                .content()
                .isEqualTo(page);
    }
}
