package dev.tidemark.cli.settings;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the quantities that settings are written in: durations such as {@code 30s} and sizes such as {@code 256MiB}. */
final class Quantities {
    private static final Pattern DURATION = Pattern.compile("(\\d+)(ms|s|m|h|d)");
    private static final Pattern BYTES = Pattern.compile("(\\d+)(B|KiB|MiB|GiB|TiB)?");

    private static final int MAX_PORT = 65_535;

    private Quantities() {}

    static Duration duration(String text) {
        Matcher m = DURATION.matcher(text.strip());
        if (!m.matches()) {
            throw new IllegalArgumentException("a number with ms, s, m, h or d, such as 30s");
        }
        long n = Long.parseLong(m.group(1));
        return switch (m.group(2)) {
            case "ms" -> Duration.ofMillis(n);
            case "s" -> Duration.ofSeconds(n);
            case "m" -> Duration.ofMinutes(n);
            case "h" -> Duration.ofHours(n);
            default -> Duration.ofDays(n);
        };
    }

    static Duration seconds(String text) {
        Duration duration = duration(text);
        if (duration.toSeconds() < 1) {
            throw new IllegalArgumentException("at least 1s");
        }
        return duration;
    }

    static long bytes(String text) {
        Matcher m = BYTES.matcher(text.strip());
        if (!m.matches()) {
            throw new IllegalArgumentException("a number with B, KiB, MiB, GiB or TiB, such as 256MiB");
        }
        String unit = m.group(2) == null ? "B" : m.group(2);
        int power =
                switch (unit) {
                    case "B" -> 0;
                    case "KiB" -> 1;
                    case "MiB" -> 2;
                    case "GiB" -> 3;
                    default -> 4;
                };
        return Math.multiplyExact(Long.parseLong(m.group(1)), 1L << (10 * power));
    }

    static int positive(String text) {
        int n;
        try {
            n = Integer.parseInt(text.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("a whole number", e);
        }
        if (n < 1) {
            throw new IllegalArgumentException("a whole number of at least 1");
        }
        return n;
    }

    static int replicas(String text) {
        int n = positive(text);
        if (n > Short.MAX_VALUE) {
            throw new IllegalArgumentException("a whole number of at most " + Short.MAX_VALUE);
        }
        return n;
    }

    static int port(String text) {
        int n = positive(text);
        if (n > MAX_PORT) {
            throw new IllegalArgumentException("a port of at most " + MAX_PORT);
        }
        return n;
    }

    static int natural(String text) {
        return "0".equals(text.strip()) ? 0 : positive(text);
    }
}
