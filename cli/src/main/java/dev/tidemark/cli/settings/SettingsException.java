package dev.tidemark.cli.settings;

import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.TidemarkException;
import java.io.IOException;

/** A setting is unknown, unreadable or not of its form. */
public final class SettingsException extends TidemarkException {
    private static final long serialVersionUID = 1L;

    /** The value has the right form, but what it names cannot be used. */
    public static SettingsException unusable(Setting<?> setting, Object value, IOException cause) {
        return new SettingsException(
                "the setting " + setting.key() + " names " + value + ", which cannot be used: " + cause,
                "give another one with --set " + setting.key() + "=..., or check its permissions",
                cause);
    }

    /** The values have the right form each, but do not go together. */
    public static SettingsException contradiction(String message, String hint) {
        return new SettingsException(message, hint);
    }

    SettingsException(String message, String hint) {
        super(Failure.USAGE, message, hint);
    }

    SettingsException(String message, String hint, Throwable cause) {
        super(Failure.USAGE, message, hint, cause);
    }
}
