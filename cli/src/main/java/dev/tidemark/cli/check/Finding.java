package dev.tidemark.cli.check;

import dev.tidemark.schemas.Failure;
import java.util.Optional;

/**
 * What one check found.
 *
 * @param name the check's name; scripts may rely on it
 * @param level how bad it is
 * @param detail what was seen
 * @param hint what to do; empty if nothing
 * @param failure what kind of failure it is; only of those that failed
 */
public record Finding(String name, Level level, String detail, String hint, Optional<Failure> failure) {
    /** How bad a finding is. */
    public enum Level {
        /** As it must be. */
        OK,
        /** It works, but somebody should look. */
        WARN,
        /** It does not work. */
        FAIL,
        /** It was not looked at, as something before it failed or nobody wanted it. */
        SKIP
    }

    static Finding ok(String name, String detail) {
        return new Finding(name, Level.OK, detail, "", Optional.empty());
    }

    static Finding warn(String name, String detail, String hint) {
        return new Finding(name, Level.WARN, detail, hint, Optional.empty());
    }

    static Finding fail(String name, Failure failure, String detail, String hint) {
        return new Finding(name, Level.FAIL, detail, hint, Optional.of(failure));
    }

    static Finding skip(String name, String why) {
        return new Finding(name, Level.SKIP, why, "", Optional.empty());
    }

    /** Whether it does not stand in the way of an ok. */
    public boolean isOk() {
        return level != Level.FAIL;
    }
}
