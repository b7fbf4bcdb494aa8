package dev.tidemark.capture.watch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VersionAdvisoryTest {
    private final VersionAdvisory advisory = new VersionAdvisory();

    @Test
    void eachBugOfAReleaseIsToldOnceWithTheWayOut() {
        assertThat(advisory.see("a", "3.5.12"))
                .hasSizeGreaterThan(3)
                .allMatch(line -> line.startsWith("etcd 3.5.12 has a known bug (") && line.contains("Upgrade to 3.5."));
        assertThat(advisory.see("a", "3.5.12")).isEmpty();
        assertThat(advisory.see("b", "3.5.12")).isEmpty();
    }

    @Test
    void aMemberThatTurnsOutToRunAnotherReleaseIsLookedAtAgain() {
        assertThat(advisory.see("a", "3.6.16")).isEmpty();
        assertThat(advisory.see("a", "3.6.1"))
                .anyMatch(
                        line -> line.contains("progress-of-the-future") && line.contains("Upgrade to 3.6.2 or newer"));
        assertThat(advisory.see("a", "3.6.16")).isEmpty();
    }

    @Test
    void whatIsNoReleaseOrTooOldIsNamed() {
        assertThat(advisory.see("a", "mine")).singleElement().asString().contains("mine", "no release");
        assertThat(advisory.see("a", "3.3.27")).first().asString().contains("3.3.27", "older than");
    }
}
