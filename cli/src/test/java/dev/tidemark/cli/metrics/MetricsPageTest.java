package dev.tidemark.cli.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class MetricsPageTest {
    private static final Path PAGE = Path.of("..", "docs", "metrics.md");
    private static final Pattern METRIC = Pattern.compile("tidemark_[a-z_]+");

    @Test
    void thePageSaysWhatTheCodeKnows() throws IOException {
        String page = MetricsPage.text();
        if (Boolean.getBoolean("update.docs")) {
            Files.writeString(PAGE, page);
        }
        assertThat(PAGE)
                .as("write it anew with: mvn -pl cli -am test -Dtest=MetricsPageTest -Dupdate.docs=true"
                        + " -Dsurefire.failIfNoSpecifiedTests=false")
                .content()
                .isEqualTo(page);
    }

    @Test
    void namesFollowPrometheusConventionsAndAreUsedOnce() {
        assertThat(MetricsPage.names()).doesNotHaveDuplicates().allMatch(name -> METRIC.matcher(name)
                .matches());
        CaptureMetrics.ALL.forEach(metric -> assertThat(metric.name().endsWith("_total"))
                .as(metric.name())
                .isEqualTo(metric.kind() == Metric.Kind.COUNTER));
    }
}
