package dev.tidemark.cli;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** Reads the version from the jar's manifest. */
final class BuildVersion implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"tidemark " + number().orElse("(built from a checkout)")};
    }

    /** The version's number; empty where there is no jar. */
    static Optional<String> number() {
        return Optional.ofNullable(BuildVersion.class.getPackage().getImplementationVersion());
    }
}
