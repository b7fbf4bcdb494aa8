package dev.tidemark.cli.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The settings of one run: what the file, the environment and the command line say, in rising order of precedence.
 * Immutable.
 */
public final class Settings {
    private static final String FILE_SUFFIX = ".file";

    private final Map<String, String> texts;

    private Settings(Map<String, String> texts) {
        this.texts = texts;
    }

    /**
     * Checks that every key is known and every value has its form, whether it will be asked for or not.
     *
     * @param texts key to text, already merged
     * @throws SettingsException with the nearest known key if one is unknown, or what is expected if a value is wrong
     */
    public static Settings of(Map<String, String> texts) {
        texts.keySet().forEach(Settings::requireKnown);
        Settings settings = new Settings(new TreeMap<>(texts));
        Known.all().stream().filter(setting -> texts.containsKey(setting.key())).forEach(settings::find);
        return settings;
    }

    /** These settings with others on top. */
    public Settings with(Map<String, String> others) {
        Map<String, String> merged = new TreeMap<>(texts);
        merged.putAll(others);
        return of(merged);
    }

    /** The value, or the default's, or empty. */
    public <T> Optional<T> find(Setting<T> setting) {
        String text = text(setting);
        if (text == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(setting.parser().apply(text));
        } catch (IllegalArgumentException | ArithmeticException e) {
            String shown = setting.secrecy() == Setting.Secrecy.SECRET ? "" : " \"" + text + "\"";
            throw new SettingsException(
                    "the setting " + setting.key() + " has no valid value" + shown, "expected " + e.getMessage(), e);
        }
    }

    /**
     * The value, or the default's.
     *
     * @throws SettingsException if there is neither
     */
    public <T> T get(Setting<T> setting) {
        return find(setting)
                .orElseThrow(() -> new SettingsException(
                        "the setting " + setting.key() + " is missing",
                        "give it with --set " + setting.key() + "=..., in the --config file or as "
                                + setting.variable()));
    }

    /** The settings behind a pass-through prefix, without it. */
    public Map<String, String> behind(String prefix) {
        Map<String, String> found = new TreeMap<>();
        texts.forEach((key, text) -> {
            if (!key.startsWith(prefix)) {
                return;
            }
            String rest = key.substring(prefix.length());
            if (rest.endsWith(".password" + FILE_SUFFIX)) {
                found.put(rest.substring(0, rest.length() - FILE_SUFFIX.length()), content(key, text));
            } else {
                found.put(rest, text);
            }
        });
        return found;
    }

    private String text(Setting<?> setting) {
        String text = texts.get(setting.key());
        if (text == null && setting.secrecy() == Setting.Secrecy.SECRET) {
            String file = texts.get(setting.key() + FILE_SUFFIX);
            return file == null ? null : content(setting.key() + FILE_SUFFIX, file);
        }
        return text == null ? setting.defaultText() : text;
    }

    private static String content(String key, String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException e) {
            throw new SettingsException(
                    "the file " + file + " of the setting " + key + " cannot be read: " + e.getMessage(),
                    "check that it exists and is readable for this user",
                    e);
        }
    }

    private static void requireKnown(String key) {
        if (!isKnown(key)) {
            throw new SettingsException(
                    "unknown setting " + key, "did you mean " + Nearest.to(key).key() + "?");
        }
    }

    /** Whether a key names a setting, the file of a secret one, or something to pass through. */
    static boolean isKnown(String key) {
        return Known.PASS_THROUGH.stream().anyMatch(p -> key.startsWith(p) && key.length() > p.length())
                || Known.all().stream()
                        .anyMatch(setting -> setting.key().equals(key)
                                || (setting.secrecy() == Setting.Secrecy.SECRET
                                        && (setting.key() + FILE_SUFFIX).equals(key)));
    }
}
