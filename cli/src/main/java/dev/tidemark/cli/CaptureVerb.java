package dev.tidemark.cli;

import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.capture.Capture;
import dev.tidemark.capture.CaptureSettings.NewSource;
import dev.tidemark.cli.metrics.Showing;
import dev.tidemark.cli.output.Output;
import dev.tidemark.cli.settings.Settings;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tidemark capture}: the service that brings every revision of the source into the topic. */
@Command(name = "capture", description = "Capture every revision of an etcd into the topic, until stopped.")
final class CaptureVerb extends Verb {
    @Option(
            names = "--new-source",
            description = "Accept that another etcd cluster answers than the one captured so far.")
    boolean newSource;

    @Override
    int run(Settings settings, Output output, StopSignal stop) {
        Wiring wiring = new Wiring(settings);
        try (ObjectStore store = wiring.store();
                Capture capture = new Capture(
                        wiring.capture(newSource ? NewSource.ACCEPT : NewSource.REFUSE), wiring.archive(store));
                Showing shown = wiring.show(List.of(capture::status), List.of())) {
            shown.start();
            stop.endsWith(capture::close);
            capture.run();
        }
        return 0;
    }
}
