package dev.tidemark.cli.settings;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Gathers settings from a file, the environment and the command line; each overrides the one before. */
public final class SettingsLoader {
    private static final Pattern KEY = Pattern.compile("[a-z0-9]+(\\.[a-z0-9]+)+");
    private static final String VARIABLE_PREFIX = "TIDEMARK_";
    private static final String CLUSTER_VARIABLE_PREFIX = VARIABLE_PREFIX + "CLUSTERS_";

    /** Variables of the environment that belong to the launcher and the sandbox, not to the settings. */
    private static final List<String> NOT_SETTINGS =
            List.of("TIDEMARK_CACHE", "TIDEMARK_SERVER_", "TIDEMARK_JAVA_OPTS", "TIDEMARK_HOME");

    private final Map<String, String> environment;

    public SettingsLoader(Map<String, String> environment) {
        this.environment = environment;
    }

    /**
     * Loads and checks all settings.
     *
     * @param file a .properties or .yaml file, or null
     * @param assignments {@code key=value} pairs of the command line
     */
    public Settings load(Path file, List<String> assignments) {
        Map<String, String> texts = new TreeMap<>();
        if (file != null) {
            texts.putAll(fromFile(file));
        }
        Map<String, String> assigned = assigned(assignments);
        texts.putAll(fromEnvironment(clusters(texts, assigned)));
        texts.putAll(assigned);
        return Settings.of(texts);
    }

    private static Map<String, String> assigned(List<String> assignments) {
        Map<String, String> texts = new TreeMap<>();
        for (String assignment : assignments) {
            int equals = assignment.indexOf('=');
            if (equals < 1) {
                throw notAnAssignment(assignment);
            }
            texts.put(assignment.substring(0, equals).strip(), assignment.substring(equals + 1));
        }
        return texts;
    }

    /** Names in variables are read by the clusters there are: these must be known before all else. */
    private Clusters clusters(Map<String, String> file, Map<String, String> assigned) {
        String key = Known.CLUSTERS.key();
        String names = Stream.of(assigned.get(key), environment.get(Known.CLUSTERS.variable()), file.get(key))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        return new Clusters(names == null ? List.of() : Settings.parsed(Known.CLUSTERS, names));
    }

    /** Shows only what looks like a key: the rest may be a secret behind a mistyped sign. */
    private static SettingsException notAnAssignment(String assignment) {
        Matcher key = KEY.matcher(assignment);
        return new SettingsException(
                "not a setting: " + (key.lookingAt() ? key.group() + "..." : "it has no key"), "write --set key=value");
    }

    private Map<String, String> fromEnvironment(Clusters clusters) {
        Map<String, String> texts = new TreeMap<>();
        environment.forEach((variable, text) -> {
            if (variable.startsWith(VARIABLE_PREFIX) && NOT_SETTINGS.stream().noneMatch(variable::startsWith)) {
                texts.put(
                        variable.startsWith(CLUSTER_VARIABLE_PREFIX) ? clusters.keyOf(variable) : keyOf(variable),
                        text);
            }
        });
        return texts;
    }

    private static String keyOf(String variable) {
        String key = variable.substring(VARIABLE_PREFIX.length())
                .toLowerCase(Locale.ROOT)
                .replace('_', '.');
        if (!Settings.isKnown(key)) {
            throw new SettingsException(
                    "the environment variable " + variable + " names no setting: there is no " + key,
                    "did you mean " + Nearest.to(key).variable() + "? If it is not meant for tidemark, unset it");
        }
        return key;
    }

    private static Map<String, String> fromFile(Path file) {
        String name = file.toString();
        try {
            return name.endsWith(".yaml") || name.endsWith(".yml") ? fromYaml(file) : fromProperties(file);
        } catch (JsonProcessingException e) {
            throw new SettingsException(
                    "the settings file " + file + " is not valid YAML: " + e.getOriginalMessage(), "mend it", e);
        } catch (IllegalArgumentException e) {
            throw new SettingsException(
                    "the settings file " + file + " is not valid: " + e.getMessage(),
                    "write every backslash twice, as .properties files have it",
                    e);
        } catch (IOException e) {
            throw new SettingsException(
                    "the settings file " + file + " cannot be read: " + e.getMessage(),
                    "check that it exists and is readable for this user",
                    e);
        }
    }

    private static Map<String, String> fromProperties(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        Map<String, String> texts = new TreeMap<>();
        properties.stringPropertyNames().forEach(key -> texts.put(key, properties.getProperty(key)));
        return texts;
    }

    private static Map<String, String> fromYaml(Path file) throws IOException {
        Map<String, String> texts = new TreeMap<>();
        flatten("", new YAMLMapper().readTree(file.toFile()), texts);
        return texts;
    }

    private static void flatten(String prefix, JsonNode node, Map<String, String> texts) {
        if (node.isObject()) {
            node.properties()
                    .forEach(e ->
                            flatten(prefix.isEmpty() ? e.getKey() : prefix + "." + e.getKey(), e.getValue(), texts));
        } else if (node.isArray()) {
            List<String> items = new ArrayList<>();
            node.forEach(item -> items.add(item.asText()));
            texts.put(prefix, String.join(",", items));
        } else if (!node.isMissingNode() && !node.isNull()) {
            texts.put(prefix, node.asText());
        }
    }
}
