package dev.tidemark.cli.settings;

import java.util.Locale;
import java.util.function.Function;

/**
 * One setting: its dotted key, what it means, and how its text is read.
 *
 * @param key the dotted key
 * @param defaultText the text that stands when nobody sets it; null if it has no default
 * @param secrecy whether its value may be shown
 * @param doc one sentence for docs/settings.md
 * @param parser reads the text; an {@link IllegalArgumentException} says what is expected
 */
public record Setting<T>(String key, String defaultText, Secrecy secrecy, String doc, Function<String, T> parser) {
    /** Whether a setting's value may be shown. */
    public enum Secrecy {
        /** May be printed. */
        OPEN,
        /** Never printed; {@code KEY.file} names a file that holds it. */
        SECRET
    }

    /** The environment variable of the same meaning. */
    public String variable() {
        return variable(key);
    }

    /** The environment variable of a key; a cluster's name in it may hold other signs than letters and digits. */
    static String variable(String key) {
        return "TIDEMARK_" + key.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }
}
