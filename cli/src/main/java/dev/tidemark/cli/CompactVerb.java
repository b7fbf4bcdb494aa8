package dev.tidemark.cli;

import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.cli.drill.DrillSchedule;
import dev.tidemark.cli.metrics.Monitor;
import dev.tidemark.cli.metrics.Showing;
import dev.tidemark.cli.output.Output;
import dev.tidemark.cli.settings.Settings;
import dev.tidemark.cli.upkeep.ArchiveWatch;
import dev.tidemark.cli.upkeep.ExpirySchedule;
import dev.tidemark.cli.upkeep.UnconfiguredClusters;
import dev.tidemark.compactor.Compactor;
import dev.tidemark.schemas.TidemarkException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;

/** {@code tidemark compact}: the service that folds the topic into checkpoints. */
@Command(name = "compact", description = "Fold the topic into checkpoints in the archive, until stopped.")
final class CompactVerb extends Verb {
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
                Compactor compactor = Compactor.start(wiring.compactor(), store);
                ArchiveWatch archives = wiring.archives(store);
                UnconfiguredClusters others = wiring.unconfigured(compactor);
                Showing shown = wiring.show(new Monitor.Services(
                        List.of(),
                        List.of(compactor::health),
                        drills.statuses(),
                        expiries.statuses(),
                        archives.statuses()))) {
            CompletableFuture<Optional<TidemarkException>> end =
                    compactor.failure().thenApply(Optional::of);
            shown.start();
            others.start();
            stop.endsWith(() -> end.complete(Optional.empty()));
            Optional<TidemarkException> failure = end.join();
            if (failure.isPresent()) {
                throw failure.get();
            }
        }
        return 0;
    }
}
