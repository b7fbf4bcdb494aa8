package dev.tidemark.cli.output;

import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** How much is said on stderr. */
public enum Verbosity {
    /** Only errors. */
    QUIET(Level.ERROR, Level.ERROR),
    /** Progress, and what an operator should know. */
    NORMAL(Level.INFO, Level.ERROR),
    /** Everything that helps to find a defect. */
    VERBOSE(Level.DEBUG, Level.WARN);

    private final Level own;
    private final Level libraries;

    Verbosity(Level own, Level libraries) {
        this.own = own;
        this.libraries = libraries;
    }

    /** Sets the levels of our own loggers and of the libraries'. */
    public void applyToLogs() {
        set("dev.tidemark", own);
        set(org.slf4j.Logger.ROOT_LOGGER_NAME, libraries);
    }

    private static void set(String logger, Level level) {
        ((Logger) LoggerFactory.getLogger(logger)).setLevel(ch.qos.logback.classic.Level.convertAnSLF4JLevel(level));
    }
}
