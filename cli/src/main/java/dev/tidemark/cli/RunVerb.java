package dev.tidemark.cli;

import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.capture.Capture;
import dev.tidemark.capture.CaptureSettings.NewSource;
import dev.tidemark.cli.metrics.Showing;
import dev.tidemark.cli.output.Output;
import dev.tidemark.cli.settings.Settings;
import dev.tidemark.compactor.Compactor;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tidemark run}: capture and compactor in one process, for small installations. */
@Command(name = "run", description = "Capture and compact in one process, until stopped.")
final class RunVerb extends Verb {
    @Option(
            names = "--new-source",
            description = "Accept that another etcd cluster answers than the one captured so far.")
    boolean newSource;

    @Override
    int run(Settings settings, Output output, StopSignal stop) {
        Wiring wiring = new Wiring(settings);
        try (ObjectStore store = wiring.store();
                Compactor compactor = Compactor.start(wiring.compactor(), store);
                Capture capture = new Capture(
                        wiring.capture(newSource ? NewSource.ACCEPT : NewSource.REFUSE), wiring.archive(store));
                Showing shown = wiring.show(List.of(capture::status), List.of(compactor::health))) {
            CompletableFuture<Void> ended = compactor.failure().thenRun(capture::close);
            shown.start();
            stop.endsWith(capture::close);
            capture.run();
            if (ended.isDone()) {
                throw compactor.failure().join();
            }
        }
        return 0;
    }
}
