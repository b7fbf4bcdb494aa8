package dev.tidemark.cli;

import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.capture.service.CaptureFleet;
import dev.tidemark.cli.drill.DrillSchedule;
import dev.tidemark.cli.metrics.Monitor;
import dev.tidemark.cli.metrics.Showing;
import dev.tidemark.cli.output.Output;
import dev.tidemark.cli.settings.Settings;
import dev.tidemark.cli.upkeep.ArchiveWatch;
import dev.tidemark.cli.upkeep.ExpirySchedule;
import dev.tidemark.cli.upkeep.UnconfiguredClusters;
import dev.tidemark.compactor.Compactor;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tidemark run}: capture and compactor in one process, for small installations. */
@Command(name = "run", description = "Capture and compact in one process, until stopped.")
final class RunVerb extends Verb {
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
                ExpirySchedule expiries = wiring.expiries(store);
                DrillSchedule drills = wiring.drills(store);
                CaptureFleet captures = new CaptureFleet(wiring.captures(once), store);
                Compactor compactor = Compactor.start(wiring.compactor(), store);
                ArchiveWatch archives = wiring.archives(store);
                UnconfiguredClusters others = wiring.unconfigured(compactor);
                Showing shown = wiring.show(new Monitor.Services(
                        captures.statuses(),
                        List.of(compactor::health),
                        drills.statuses(),
                        expiries.statuses(),
                        archives.statuses()))) {
            CompletableFuture<Void> ended = compactor.failure().thenRun(captures::close);
            shown.start();
            others.start();
            stop.endsWith(captures::close);
            captures.run();
            if (ended.isDone()) {
                throw compactor.failure().join();
            }
        }
        return 0;
    }
}
