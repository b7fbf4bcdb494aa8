package dev.tidemark.cli;

import dev.tidemark.cli.settings.Settings;
import dev.tidemark.cli.settings.SettingsLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options that every verb takes. */
final class CommonOptions {
    @Option(names = "--config", paramLabel = "FILE", description = "Settings file, .properties or .yaml.")
    Path config;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A setting; overrides the file and the environment (TIDEMARK_...).")
    List<String> assignments = new ArrayList<>();

    @Option(
            names = "--cluster",
            paramLabel = "NAME",
            description = "One of the configured clusters; needed where several are, unless a verb serves all.")
    String cluster;

    @Option(names = "--json", description = "Print one JSON document on stdout (streams: one a line).")
    boolean json;

    @Option(
            names = {"-q", "--quiet"},
            description = "No progress and no logs on stderr, only errors.")
    boolean quiet;

    @Option(
            names = {"-v", "--verbose"},
            description = "More logs, and stack traces with errors.")
    boolean verbose;

    /** The settings, as the verb's reach needs them. */
    Settings settings(Verb.Reach reach) {
        Settings all = new SettingsLoader(System.getenv()).load(config, assignments);
        if (cluster != null) {
            return all.cluster(cluster);
        }
        return switch (reach) {
            case ONE_CLUSTER -> all.onlyCluster();
            case ALL_CLUSTERS -> all;
        };
    }
}
