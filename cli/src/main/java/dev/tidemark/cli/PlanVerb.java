package dev.tidemark.cli;

import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.cli.output.Output;
import dev.tidemark.cli.settings.Settings;
import dev.tidemark.restorer.plan.RestorePlan;
import dev.tidemark.restorer.restore.Restorer;
import dev.tidemark.restorer.targets.Target;
import java.time.Clock;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tidemark plan}: which objects a restore would read, and how much; reads no data. */
@Command(name = "plan", description = "Show what a restore would read, without reading it.")
final class PlanVerb extends Verb {
    @Option(names = "--to", required = true, paramLabel = "TARGET", description = TargetHelp.TEXT)
    String to;

    @Mixin
    PastOptions past;

    @Override
    int run(Settings settings, Output output, StopSignal stop) {
        Clock clock = Clock.systemUTC();
        Target target = Target.parse(to, clock);
        Wiring wiring = new Wiring(settings);
        try (ObjectStore store = wiring.storeToRead()) {
            RestorePlan plan = new Restorer(past.sources(wiring, store, clock)).plan(target);
            output.result(PlanDocument.of(plan, to), PlanDocument.text(plan));
        }
        return 0;
    }
}
