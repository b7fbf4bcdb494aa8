package dev.tidemark.cli.settings;

import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.TidemarkException;

/** A setting is unknown, unreadable or not of its form. */
public final class SettingsException extends TidemarkException {
    private static final long serialVersionUID = 1L;

    SettingsException(String message, String hint) {
        super(Failure.USAGE, message, hint);
    }

    SettingsException(String message, String hint, Throwable cause) {
        super(Failure.USAGE, message, hint, cause);
    }
}
