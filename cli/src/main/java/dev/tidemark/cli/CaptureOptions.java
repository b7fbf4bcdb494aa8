package dev.tidemark.cli;

import dev.tidemark.capture.CaptureSettings.NewBase;
import dev.tidemark.capture.CaptureSettings.NewSource;
import picocli.CommandLine.Option;

/** What a capture does once that it would not do by itself. */
final class CaptureOptions {
    @Option(
            names = "--new-source",
            description = "Accept that another etcd cluster answers than the one captured so far; of several configured"
                    + " ones, --cluster says which.")
    boolean newSource;

    @Option(
            names = "--new-base",
            description =
                    "Bring another base into the archive, as where the one there is damaged; of several configured"
                            + " clusters, --cluster says for which.")
    boolean newBase;

    boolean isForOneCluster() {
        return newSource || newBase;
    }

    /** The option that was given, for a message. */
    String given() {
        return newSource ? "--new-source" : "--new-base";
    }

    NewSource source() {
        return newSource ? NewSource.ACCEPT : NewSource.REFUSE;
    }

    NewBase base() {
        return newBase ? NewBase.ONCE : NewBase.IF_OWED;
    }
}
