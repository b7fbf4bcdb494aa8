package dev.tidemark.restorer.targets;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the forms in which an operator names a moment. */
final class TargetParser {
    private static final Pattern REVISION = Pattern.compile("(?:([0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{26}):)?([0-9]+)");
    private static final Pattern RELATIVE = Pattern.compile("-(\\d+)(ms|s|m|h|d)");

    private TargetParser() {}

    static Target parse(String text, Clock clock) {
        if (text.equals("latest")) {
            return Target.latest();
        }
        if (text.startsWith("before-delete:")) {
            return beforeDelete(text);
        }
        if (text.startsWith("before:")) {
            return revision(text, text.substring("before:".length()), 1);
        }
        if (text.startsWith("-")) {
            return relative(text, clock);
        }
        return REVISION.matcher(text).matches() ? revision(text, text, 0) : time(text);
    }

    private static Target beforeDelete(String text) {
        String key = text.substring("before-delete:".length());
        if (key.isEmpty()) {
            throw new TargetSyntaxException(text, "the key is missing");
        }
        return Target.beforeDelete(key.getBytes(StandardCharsets.UTF_8));
    }

    private static Target revision(String text, String form, int minus) {
        Matcher parts = REVISION.matcher(form);
        if (!parts.matches()) {
            throw new TargetSyntaxException(text, "\"" + form + "\" is not a revision");
        }
        long revision;
        try {
            revision = Long.parseLong(parts.group(2)) - minus;
        } catch (NumberFormatException e) {
            throw new TargetSyntaxException(text, "the revision is too large");
        }
        if (revision < 1) {
            throw new TargetSyntaxException(text, "the first revision is 1");
        }
        Optional<String> generation = Optional.ofNullable(parts.group(1)).map(id -> id.toUpperCase(Locale.ROOT));
        return new Target.AtRevision(generation, revision);
    }

    private static Target relative(String text, Clock clock) {
        Matcher parts = RELATIVE.matcher(text);
        if (!parts.matches()) {
            throw new TargetSyntaxException(text, "a relative time is a number and one of ms, s, m, h, d");
        }
        try {
            long count = Long.parseLong(parts.group(1));
            return Target.time(clock.instant().minus(unit(parts.group(2)).multipliedBy(count)));
        } catch (NumberFormatException | ArithmeticException | DateTimeException e) {
            throw new TargetSyntaxException(text, "that is too long ago");
        }
    }

    private static Duration unit(String name) {
        return switch (name) {
            case "ms" -> Duration.ofMillis(1);
            case "s" -> Duration.ofSeconds(1);
            case "m" -> Duration.ofMinutes(1);
            case "h" -> Duration.ofHours(1);
            default -> Duration.ofDays(1);
        };
    }

    private static Target time(String text) {
        try {
            return Target.time(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeParseException e) {
            throw new TargetSyntaxException(text, "it is neither a revision nor a time of RFC 3339");
        }
    }
}
