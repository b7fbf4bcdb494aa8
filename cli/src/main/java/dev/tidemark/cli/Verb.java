package dev.tidemark.cli;

import dev.tidemark.cli.output.Output;
import dev.tidemark.cli.output.Verbosity;
import dev.tidemark.cli.settings.Settings;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What all verbs share: their options, where they write, and that a normal end is exit code 0. */
@Command(mixinStandardHelpOptions = true, versionProvider = BuildVersion.class, sortOptions = false)
abstract class Verb implements Callable<Integer> {
    @Mixin
    CommonOptions options;

    @Spec
    CommandSpec spec;

    @Override
    public final Integer call() throws Exception {
        Verbosity verbosity = options.quiet ? Verbosity.QUIET : options.verbose ? Verbosity.VERBOSE : Verbosity.NORMAL;
        verbosity.applyToLogs();
        Output output = new Output(
                spec.commandLine().getOut(),
                spec.commandLine().getErr(),
                options.json ? Output.Form.JSON : Output.Form.TEXT,
                verbosity);
        try (StopSignal stop = StopSignal.interrupting(Thread.currentThread())) {
            return run(output, stop);
        }
    }

    private int run(Output output, StopSignal stop) throws Exception {
        try {
            return run(options.settings(reach()), output, stop);
        } catch (Exception e) {
            if (!stop.came()) {
                throw e;
            }
            output.say("interrupted");
            return FailureReport.INTERRUPTED;
        }
    }

    /** How many of the configured clusters a verb works on at once. */
    enum Reach {
        /** One; which must be said where several are configured. */
        ONE_CLUSTER,
        /** All, unless one is picked. */
        ALL_CLUSTERS
    }

    /** How many clusters this verb works on. */
    Reach reach() {
        return Reach.ONE_CLUSTER;
    }

    /**
     * Does the verb's work and returns the exit code.
     *
     * @param stop comes when the process is told to stop; interrupts the work unless the verb says how else it ends
     */
    abstract int run(Settings settings, Output output, StopSignal stop) throws Exception;
}
