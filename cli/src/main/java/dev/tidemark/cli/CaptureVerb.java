package dev.tidemark.cli;

import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.capture.service.CaptureFleet;
import dev.tidemark.cli.metrics.Monitor;
import dev.tidemark.cli.metrics.Showing;
import dev.tidemark.cli.output.Output;
import dev.tidemark.cli.settings.Settings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tidemark capture}: the service that brings every revision of the source into the topic. */
@Command(
        name = "capture",
        description = "Capture every revision of the configured etcds into the topic, until stopped.")
final class CaptureVerb extends Verb {
    @Mixin
    CaptureOptions once;

    @Override
    Reach reach() {
        return Reach.ALL_CLUSTERS;
    }

    @Override
    int run(Settings settings, Output output, StopSignal stop) {
        Wiring wiring = new Wiring(settings);
        try (ObjectStore store = wiring.store();
                CaptureFleet captures = new CaptureFleet(wiring.captures(once), store);
                Showing shown = wiring.show(Monitor.Services.ofCaptures(captures.statuses()))) {
            shown.start();
            stop.endsWith(captures::close);
            captures.run();
        }
        return 0;
    }
}
