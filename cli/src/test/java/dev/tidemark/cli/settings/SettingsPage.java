package dev.tidemark.cli.settings;

import java.util.Locale;

/** Writes docs/settings.md from the settings that the code knows. */
final class SettingsPage {
    private static final String HEAD =
            """
            # Settings

            Written from the code; a test compares. `--config FILE` (.properties or .yaml with the same dotted keys) comes first, then the environment,
            then `--set key=value`; the later wins. A key that is not on this page is refused with the nearest one that is, except those behind
            %s, which go to the client library as they are, without the prefix. Some of those Tidemark owns, since its guarantees rest on them, and
            a service refuses them by name: such as ids and groups, positions and isolation, acks and idempotence, serialisers, and in Kafka Streams also buffers,
            handlers and the guarantee. `client.id` is set by Tidemark, but for Kafka Streams and the verbs that only read.

            Durations are a number with `ms`, `s`, `m`, `h` or `d`; sizes are a number with `B`, `KiB`, `MiB`, `GiB` or `TiB`. A secret can stand in a file that
            `KEY.file` names, so that it is seen neither in a process list nor in a settings file; the same goes for every pass-through setting that ends with
            `.password`.

            | key | environment | default | meaning |
            |---|---|---|---|
            """;

    private static final String CLUSTERS =
            """

            ## Several clusters
            `clusters=prod,stage` instead of `cluster.name` lets one process capture several clusters. What is set as above counts for all of them; each of the keys
            below may be set for one alone, as `clusters.NAME.KEY`, such as `clusters.prod.etcd.endpoints` (YAML: `clusters: [prod, stage]`, and the keys of one below
            `clusters.prod:`). Each needs a `topic.partition` and an `etcd.endpoints` of its own: two clusters on one partition or one source are refused. In the
            environment the name stands in capitals, other signs than letters and digits as `_`: `TIDEMARK_CLUSTERS_PROD_ETCD_ENDPOINTS`; a variable that could mean two
            clusters is refused.

            """;

    private static final String FOLDED =
            """

            A compactor folds whatever clusters are in the topic, but `drill.interval`, `retention.expire.interval` and `metrics.archive.interval` go by the configured ones: name
            each cluster in one compactor's settings at least. One that is folded and not configured is named in the log.
            """;

    private SettingsPage() {}

    static String text() {
        StringBuilder page = new StringBuilder(HEAD.formatted(passThrough()));
        Known.all().forEach(setting -> page.append(row(setting)));
        page.append(CLUSTERS);
        Known.perCluster()
                .forEach(setting -> page.append("- ").append(keys(setting)).append('\n'));
        page.append(FOLDED);
        return page.toString();
    }

    private static String passThrough() {
        return String.join(
                " and ",
                Known.PASS_THROUGH.stream().map(prefix -> "`" + prefix + "`").toList());
    }

    private static String row(Setting<?> setting) {
        String keys = keys(setting);
        String variables = code(setting.variable());
        if (setting.secrecy() == Setting.Secrecy.SECRET) {
            variables += " or " + code(setting.variable() + "_FILE");
        }
        return String.format(
                Locale.ROOT, "| %s | %s | %s | %s |\n", keys, variables, defaultOf(setting), cell(setting.doc()));
    }

    private static String keys(Setting<?> setting) {
        String key = code(setting.key());
        return setting.secrecy() == Setting.Secrecy.SECRET ? key + " or " + code(setting.key() + ".file") : key;
    }

    /** What another machine would show as well. */
    private static String defaultOf(Setting<?> setting) {
        if (setting.equals(Known.SPOOL_DIR)) {
            return "the system's temporary directory";
        }
        return setting.defaultText() == null ? "" : code(setting.defaultText());
    }

    private static String code(String text) {
        return "`" + cell(text) + "`";
    }

    private static String cell(String text) {
        return text.replace("|", "\\|");
    }
}
