package dev.tidemark.cli.output;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;

/** Where a verb writes: the result to stdout in one form, everything else to stderr. */
public final class Output {
    private static final ObjectMapper JSON = new ObjectMapper().disable(SerializationFeature.FAIL_ON_EMPTY_BEANS);

    /** The form of the result. */
    public enum Form {
        /** For people; may change at any time. */
        TEXT,
        /** For scripts; fields are stable. */
        JSON
    }

    private final PrintWriter out;
    private final PrintWriter err;
    private final Form form;
    private final Verbosity verbosity;

    public Output(PrintWriter out, PrintWriter err, Form form, Verbosity verbosity) {
        this.out = out;
        this.err = err;
        this.form = form;
        this.verbosity = verbosity;
    }

    /**
     * Prints a result, or one record of a stream.
     *
     * @param document for scripts: maps, lists, strings, numbers, booleans
     * @param text for people
     */
    public void result(Object document, String text) {
        if (form == Form.JSON) {
            try {
                out.println(JSON.writeValueAsString(document));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("a result that is no JSON document", e);
            }
        } else {
            out.println(text.stripTrailing());
        }
        out.flush();
    }

    /** Prints bytes as they are, and nothing after them. */
    public void raw(byte[] bytes) {
        out.flush();
        System.out.write(bytes, 0, bytes.length);
        System.out.flush();
        if (System.out.checkError()) {
            throw new UncheckedIOException(new IOException("stdout cannot be written"));
        }
    }

    /** Says what is going on; nothing with -q. */
    public void say(String line) {
        if (verbosity != Verbosity.QUIET) {
            err.println(line);
            err.flush();
        }
    }

    /** A meter for work that is counted in the given unit; to be closed. */
    public ProgressMeter meter(String what, String unit) {
        ProgressMeter.Style style = verbosity == Verbosity.QUIET
                ? ProgressMeter.Style.SILENT
                : onTerminal() ? ProgressMeter.Style.BAR : ProgressMeter.Style.LINES;
        return new ProgressMeter(err, what, unit, style, System::nanoTime);
    }

    /** The launcher knows what stderr is; Java only knows stdin and stdout together. */
    private static boolean onTerminal() {
        return "terminal".equals(System.getProperty("tidemark.stderr"));
    }
}
