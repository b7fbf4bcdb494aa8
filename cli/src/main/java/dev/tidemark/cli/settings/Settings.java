package dev.tidemark.cli.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * The settings of one run: what the file, the environment and the command line say, in rising order of precedence. Where
 * several clusters are configured, what may differ between them can only be asked of {@link #cluster one} of them.
 * Immutable.
 */
public final class Settings {
    private static final String FILE_SUFFIX = ".file";

    private final Map<String, String> texts;

    /** How a key was written where it is set for one cluster alone. */
    private final UnaryOperator<String> written;

    private Settings(Map<String, String> texts, UnaryOperator<String> written) {
        this.texts = texts;
        this.written = written;
    }

    /**
     * Checks that every key is known and every value has its form, whether it will be asked for or not.
     *
     * @param texts key to text, already merged
     * @throws SettingsException with the nearest known key if one is unknown, or what is expected if a value is wrong
     */
    public static Settings of(Map<String, String> texts) {
        Settings settings = new Settings(new TreeMap<>(texts), key -> key);
        List<String> names = settings.find(Known.CLUSTERS).orElse(List.of());
        Clusters clusters = new Clusters(names);
        for (String key : texts.keySet()) {
            if (key.startsWith(Clusters.PREFIX)) {
                clusters.requireKnown(key);
            } else {
                requireKnown(key);
            }
        }
        if (!names.isEmpty() && texts.containsKey(Known.CLUSTER_NAME.key())) {
            throw new SettingsException(
                    "of cluster.name and clusters both are set", "remove one; --cluster NAME picks one of several");
        }
        settings.requireForm();
        List<Settings> each = settings.each();
        each.forEach(Settings::requireForm);
        Clusters.requireApart(each);
        return settings;
    }

    private void requireForm() {
        Known.all().stream().filter(setting -> texts.containsKey(setting.key())).forEach(this::parsed);
    }

    /** The names of the configured clusters: those of {@code clusters}, or the one {@code cluster.name}. */
    public List<String> clusters() {
        return parsed(Known.CLUSTERS)
                .or(() -> parsed(Known.CLUSTER_NAME).map(List::of))
                .orElseThrow();
    }

    /** The settings of each configured cluster. */
    public List<Settings> each() {
        return clusters().stream().map(this::view).toList();
    }

    /**
     * The settings of one cluster. Where no cluster is configured at all, any name will do.
     *
     * @throws SettingsException if there is none of this name
     */
    public Settings cluster(String name) {
        if (!texts.containsKey(Known.CLUSTERS.key()) && !texts.containsKey(Known.CLUSTER_NAME.key())) {
            return with(Map.of(Known.CLUSTER_NAME.key(), name));
        }
        if (!clusters().contains(name)) {
            throw new SettingsException(
                    "no cluster " + name + " is configured, but " + String.join(", ", clusters()),
                    "did you mean --cluster " + Nearest.among(clusters(), name) + "?");
        }
        return view(name);
    }

    /**
     * The settings of the only cluster.
     *
     * @throws SettingsException with their names if there are several
     */
    public Settings onlyCluster() {
        requireOne();
        return view(clusters().get(0));
    }

    private void requireOne() {
        if (clusters().size() > 1) {
            throw new SettingsException(
                    clusters().size() + " clusters are configured: " + String.join(", ", clusters()),
                    "pick one with --cluster NAME");
        }
    }

    private Settings view(String cluster) {
        return texts.containsKey(Known.CLUSTERS.key())
                ? new Settings(Clusters.texts(cluster, texts), key -> Clusters.written(cluster, key, texts))
                : this;
    }

    /** These settings with others on top. */
    public Settings with(Map<String, String> others) {
        Map<String, String> merged = new TreeMap<>(texts);
        merged.putAll(others);
        return of(merged);
    }

    /** The value, or the default's, or empty. */
    public <T> Optional<T> find(Setting<T> setting) {
        if (setting.equals(Known.CLUSTER_NAME) || Known.perCluster().contains(setting)) {
            requireOne();
        }
        return parsed(setting);
    }

    /** A setting's value as some text says it. */
    static <T> T parsed(Setting<T> setting, String text) {
        return new Settings(Map.of(setting.key(), text), key -> key)
                .parsed(setting)
                .orElseThrow();
    }

    private <T> Optional<T> parsed(Setting<T> setting) {
        String text = text(setting);
        if (text == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(setting.parser().apply(text));
        } catch (IllegalArgumentException | ArithmeticException e) {
            String shown = setting.secrecy() == Setting.Secrecy.SECRET ? "" : " \"" + withoutUser(text) + "\"";
            throw new SettingsException(
                    "the setting " + written.apply(setting.key()) + " has no valid value" + shown,
                    "expected " + e.getMessage(),
                    e);
        }
    }

    /** A URL may hold a password, though it must not. */
    private static String withoutUser(String text) {
        return text.replaceAll("://[^/@\\s]*@", "://...@");
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
            return file == null ? null : content(written.apply(setting.key() + FILE_SUFFIX), file);
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
