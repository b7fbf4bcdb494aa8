package dev.tidemark.archive.seal;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/** Names of data keys: the day of their making (UTC) and 16 random hex digits, as {@code 20261201-9f86d081884c7d65}. */
final class DataKeyId {
    static final int LENGTH = 25;

    private static final Pattern FORM = Pattern.compile("[0-9]{8}-[0-9a-f]{16}");
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("yyyyMMdd-", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final int RANDOM_BYTES = 8;

    private DataKeyId() {}

    static boolean isOne(String text) {
        return FORM.matcher(text).matches();
    }

    /** How the names of a day's keys begin. */
    static String day(Instant time) {
        return DAY.format(time);
    }

    /** The day that a key's name begins with. */
    static String dayOf(String id) {
        return id.substring(0, id.indexOf('-') + 1);
    }

    static String next(Instant time, SecureRandom random) {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return day(time) + HexFormat.of().formatHex(bytes);
    }
}
