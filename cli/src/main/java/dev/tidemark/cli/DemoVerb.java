package dev.tidemark.cli;

import dev.tidemark.cli.output.Output;
import dev.tidemark.cli.settings.Settings;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.schemas.Failure;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tidemark demo}: the whole story in one go on this machine, with real servers. */
@Command(
        name = "demo",
        description = "Capture a real etcd, lose a namespace, restore to just before, and prove it, on this machine.")
final class DemoVerb extends Verb {
    @Option(names = "--keep", description = "Leave everything running at the end, until interrupted.")
    boolean keep;

    @Option(
            names = "--etcd",
            defaultValue = "3.6.16",
            paramLabel = "VERSION",
            description = "3.5.35, 3.6.16 (default) or 3.7.3.")
    String version;

    @Option(
            names = "--revisions",
            defaultValue = "5000",
            paramLabel = "N",
            description = "Size of the workload; 5000 if not given.")
    long revisions;

    @Option(
            names = "--seed",
            defaultValue = "42",
            paramLabel = "SEED",
            description = "Seed of the workload; 42 if not given.")
    long seed;

    @Override
    Reach reach() {
        return Reach.ALL_CLUSTERS;
    }

    @Override
    int run(Settings settings, Output output, StopSignal stop) throws Exception {
        if (revisions < 2) {
            throw new DemoException(
                    Failure.USAGE, "a workload of " + revisions + " revisions is none", "--revisions is at least 2");
        }
        try (Demo demo = new Demo(etcdVersion(), revisions, seed, output)) {
            Demo.Outcome outcome = play(demo, output);
            output.result(outcome.document(), outcome.text());
            if (keep) {
                output.say(demo.invitation());
                CountDownLatch stopped = new CountDownLatch(1);
                stop.endsWith(stopped::countDown);
                stopped.await();
            }
            return outcome.ok() ? 0 : Failure.VERIFICATION.exitCode();
        }
    }

    /** A script gets to see how far a demo came that failed; people see it anyway. */
    private Demo.Outcome play(Demo demo, Output output) {
        try {
            return demo.play();
        } catch (RuntimeException e) {
            if (options.json) {
                output.result(demo.unfinished(), "");
            }
            throw e;
        }
    }

    private EtcdVersion etcdVersion() {
        for (EtcdVersion known : EtcdVersion.values()) {
            if (known.number().equals(version)) {
                return known;
            }
        }
        throw new DemoException(
                Failure.USAGE, "no etcd " + version + " is known to the demo", "use 3.5.35, 3.6.16 or 3.7.3");
    }
}
