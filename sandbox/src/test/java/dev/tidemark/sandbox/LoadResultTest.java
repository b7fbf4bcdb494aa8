package dev.tidemark.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LoadResultTest {
    private static final String REPORT =
            """

            Summary:
              Total:	0.426655244 secs.
              Slowest:	0.152234385 secs.
              Fastest:	0.000815544 secs.
              Average:	0.006551717335666666 secs.
              Stddev:	0.01317491852447384 secs.
              Requests/sec:	7031.43824478576

            Response time histogram:
              0.000815544 [1]	|
              0.0159574281 [2867]	|∎∎∎∎

            Latency distribution:
              10% in 0.00201571 secs.
              50% in 0.003572387 secs.
              90% in 0.010099321 secs.
              99% in 0.097768859 secs.
              99.9% in 0.122460179 secs.
            """;

    @Test
    void readsRatesAndLatencies() {
        LoadResult result = LoadResult.parse(REPORT);
        assertThat(result)
                .isEqualTo(new LoadResult(
                        Duration.ofNanos(426_655_244),
                        7031.43824478576,
                        Duration.ofNanos(3_572_387),
                        Duration.ofNanos(10_099_321),
                        Duration.ofNanos(97_768_859),
                        Duration.ofNanos(152_234_385),
                        0));
        assertThat(result).hasToString("7031 puts/s, p50 3.6 ms, p90 10.1 ms, p99 97.8 ms, 0 failed");
    }

    @Test
    void countsErrors() {
        String errors = "\nError distribution:\n  [12]\tetcdserver: request timed out\n  [3]\trpc error\n";
        assertThat(LoadResult.parse(REPORT + errors).errors()).isEqualTo(15);
    }

    @Test
    void refusesAReportWithoutASingleSuccess() {
        assertThatThrownBy(() -> LoadResult.parse("Error distribution:\n  [12]\tno"))
                .isInstanceOf(SandboxException.class)
                .hasMessageContaining("measured nothing");
    }
}
