package dev.tidemark.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The root of the command: knows the verbs, and turns failures into messages and exit codes. */
@Command(
        name = "tidemark",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        description = "Keeps the whole history of an etcd cluster and gives any moment of it back.",
        subcommands = {
            DemoVerb.class,
            RunVerb.class,
            CaptureVerb.class,
            CompactVerb.class,
            CheckVerb.class,
            InfoVerb.class,
            PlanVerb.class,
            RestoreVerb.class,
            GetVerb.class,
            VerifyVerb.class,
            DrillVerb.class,
            ExpireVerb.class,
            KeysVerb.class
        },
        footer = {
            "",
            "Exit codes: 0 done, 1 internal error, 2 usage or settings,",
            "3 the target cannot be reached, 4 verification failed, 5 refused,",
            "6 etcd, Kafka or the archive cannot be reached,",
            "7 fenced: another instance holds the cluster, 130 interrupted."
        })
public final class Tidemark {
    private Tidemark() {}

    /** Runs one verb and exits with its code. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** The whole command, ready to execute. */
    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Tidemark());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler(new FailureReport());
        line.setParameterExceptionHandler(new UsageReport());
        return line;
    }
}
