package dev.tidemark.sandbox;

import java.nio.file.Path;

/**
 * Where a server's executables stand, and which way led there.
 *
 * @param directory holds every executable of the server
 */
public record Located(Path directory, Way way) {
    /** The ways to a server, in the order in which they are tried. */
    public enum Way {
        /** A system property or an environment variable names it. */
        SETTING,
        /** Obtained earlier. */
        CACHE,
        /** Installed on this machine at the right version. */
        PATH,
        /** Copied now out of its public container image. */
        IMAGE,
        /** Built now from its pinned Go module. */
        BUILD
    }

    /** One executable of the server. */
    public Path executable(String name) {
        return directory.resolve(name);
    }

    @Override
    public String toString() {
        return switch (way) {
            case SETTING -> directory + " (set explicitly)";
            case CACHE -> directory + " (cache)";
            case PATH -> directory + " (PATH)";
            case IMAGE -> directory + " (container image)";
            case BUILD -> directory + " (just built)";
        };
    }
}
