package dev.tidemark.cli.metrics;

import java.util.List;

/** What is known of the process itself. */
final class BuildMetrics {
    /** Read from the version. */
    static final List<Metric<String>> ALL = new Catalogue<String>("tidemark_", List.of(), version -> List.of())
            .info("build_info", "version", "1 for the version that runs.", "", version -> version)
            .metrics();

    private BuildMetrics() {}
}
