package dev.tidemark.cli.settings;

import dev.tidemark.cli.settings.Setting.Secrecy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What is set for one of several clusters alone: keys of the form {@code clusters.NAME.KEY}. A name may hold dots, but
 * no key ends with another one, so each has one meaning. Immutable.
 */
final class Clusters {
    static final String PREFIX = "clusters.";
    private static final String FILE_SUFFIX = ".file";

    private final List<String> names;

    /** Every key that may be set for a cluster alone, the files of secrets among them. */
    private final List<String> keys;

    Clusters(List<String> names) {
        this.names = names;
        this.keys = names.stream()
                .flatMap(name -> Known.perCluster().stream()
                        .flatMap(setting -> forms(setting).stream().map(form -> key(name, form))))
                .toList();
    }

    private static List<String> forms(Setting<?> setting) {
        return setting.secrecy() == Secrecy.SECRET
                ? List.of(setting.key(), setting.key() + FILE_SUFFIX)
                : List.of(setting.key());
    }

    private static String key(String cluster, String form) {
        return PREFIX + cluster + "." + form;
    }

    /** Refuses a key that nobody would read. */
    void requireKnown(String key) {
        if (keys.contains(key)) {
            return;
        }
        if (names.isEmpty()) {
            throw new SettingsException(
                    key + " is set for one of several clusters, but no cluster is named",
                    "name them all with clusters=NAME,NAME");
        }
        for (String name : names) {
            String rest =
                    key.startsWith(key(name, "")) ? key.substring(key(name, "").length()) : "";
            if (Settings.isKnown(rest)) {
                throw new SettingsException(
                        "the setting " + rest + " is the same for all clusters, so there is no " + key,
                        "set " + rest + " instead");
            }
        }
        throw new SettingsException("unknown setting " + key, "did you mean " + Nearest.among(keys, key) + "?");
    }

    /**
     * The key that a variable of the environment means.
     *
     * @throws SettingsException if it means none, or the same setting of two clusters
     */
    String keyOf(String variable) {
        List<String> meant = keys.stream()
                .filter(key -> Setting.variable(key).equals(variable))
                .toList();
        if (meant.size() == 1) {
            return meant.get(0);
        }
        if (meant.size() > 1) {
            throw new SettingsException(
                    "the environment variable " + variable + " may mean " + String.join(" or ", meant),
                    "unset it, and set what is meant in the --config file or with --set");
        }
        String nearest = names.isEmpty()
                ? "name the clusters with " + Known.CLUSTERS.variable() + "=NAME,NAME"
                : "did you mean "
                        + Nearest.among(keys.stream().map(Setting::variable).toList(), variable) + "?";
        throw new SettingsException(
                "the environment variable " + variable + " names no setting of a cluster",
                nearest + " If it is not meant for tidemark, unset it");
    }

    /** What is set for a cluster, by the key of {@link Known}: what is meant for it alone, on top of what is for all. */
    static Map<String, String> texts(String cluster, Map<String, String> all) {
        Map<String, String> texts = new TreeMap<>(all);
        texts.keySet().removeIf(key -> key.startsWith(PREFIX));
        for (Setting<?> setting : Known.perCluster()) {
            List<String> own = forms(setting).stream()
                    .filter(form -> all.containsKey(key(cluster, form)))
                    .toList();
            if (!own.isEmpty()) {
                // a password for all must not hide the file of one's own
                forms(setting).forEach(texts::remove);
                own.forEach(form -> texts.put(form, all.get(key(cluster, form))));
            }
        }
        texts.put(Known.CLUSTERS.key(), cluster);
        texts.put(Known.CLUSTER_NAME.key(), cluster);
        return texts;
    }

    /** How a key was written: for a cluster alone, or for all. */
    static String written(String cluster, String form, Map<String, String> all) {
        return all.containsKey(key(cluster, form)) ? key(cluster, form) : form;
    }

    /** Refuses clusters that would write to the same partition, or read the same source. */
    static void requireApart(List<Settings> clusters) {
        requireApart(
                clusters,
                "partition ",
                Known.TOPIC_PARTITION,
                cluster -> List.of(String.valueOf(cluster.get(Known.TOPIC_PARTITION))));
        requireApart(clusters, "the source ", Known.ETCD_ENDPOINTS, cluster -> cluster.get(Known.ETCD_ENDPOINTS));
    }

    private static void requireApart(
            List<Settings> clusters, String what, Setting<?> setting, Function<Settings, List<String>> taken) {
        Map<String, String> holders = new HashMap<>();
        for (Settings cluster : clusters) {
            String name = cluster.get(Known.CLUSTER_NAME);
            for (String place : new ArrayList<>(taken.apply(cluster))) {
                String other = holders.put(place, name);
                if (other != null && !other.equals(name)) {
                    throw new SettingsException(
                            "the clusters " + other + " and " + name + " both have " + what + place,
                            "give each its own: "
                                    + clusters.stream()
                                            .map(each -> key(each.get(Known.CLUSTER_NAME), setting.key()) + "=...")
                                            .collect(Collectors.joining(", ")));
                }
            }
        }
    }
}
