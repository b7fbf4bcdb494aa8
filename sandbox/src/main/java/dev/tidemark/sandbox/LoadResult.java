package dev.tidemark.sandbox;

import dev.tidemark.schemas.Failure;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What etcd's load generator measured.
 *
 * @param errors puts that failed
 */
public record LoadResult(
        Duration total,
        double requestsPerSecond,
        Duration p50,
        Duration p90,
        Duration p99,
        Duration slowest,
        long errors) {
    private static final Pattern ERROR = Pattern.compile("(?m)^\\s+\\[(\\d+)]\\s");
    private static final double NANOS = 1e9;

    /** Out of the report that the generator prints; without a single success there are no latencies, and so no result. */
    static LoadResult parse(String report) {
        int errors = report.indexOf("Error distribution:");
        return new LoadResult(
                time("Total:\\s+(\\S+) secs", report),
                Double.parseDouble(number("Requests/sec:\\s+(\\S+)", report)),
                time("50% in (\\S+) secs", report),
                time("90% in (\\S+) secs", report),
                time("99% in (\\S+) secs", report),
                time("Slowest:\\s+(\\S+) secs", report),
                errors < 0
                        ? 0
                        : ERROR.matcher(report.substring(errors))
                                .results()
                                .mapToLong(one -> Long.parseLong(one.group(1)))
                                .sum());
    }

    private static Duration time(String pattern, String report) {
        return Duration.ofNanos(Math.round(Double.parseDouble(number(pattern, report)) * NANOS));
    }

    private static String number(String pattern, String report) {
        Matcher matcher = Pattern.compile(pattern).matcher(report);
        if (!matcher.find()) {
            throw new SandboxException(Failure.UNAVAILABLE, "the load generator measured nothing: " + report, "");
        }
        return matcher.group(1);
    }

    @Override
    public String toString() {
        return "%.0f puts/s, p50 %.1f ms, p90 %.1f ms, p99 %.1f ms, %d failed"
                .formatted(requestsPerSecond, millis(p50), millis(p90), millis(p99), errors);
    }

    private static double millis(Duration time) {
        return time.toNanos() / 1e6;
    }
}
