package dev.tidemark.cli;

import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.restorer.Sources;
import java.time.Clock;
import picocli.CommandLine.Option;

/** The option of every verb that gives back a moment: whether the topic is read for the newest revisions. */
final class PastOptions {
    @Option(
            names = "--archive-only",
            description = "Read no topic: what stands in the archive is all there is, as where Kafka is lost.")
    boolean archiveOnly;

    /** Where the past is read from. */
    Sources sources(Wiring wiring, ObjectStore store, Clock clock) {
        return archiveOnly ? wiring.archiveAlone(store, clock) : wiring.sources(store, clock);
    }
}
