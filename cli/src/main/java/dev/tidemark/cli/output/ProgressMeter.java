package dev.tidemark.cli.output;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Shows how far a piece of work is, its rate and the time left. Not thread-safe: the working thread reports. */
public final class ProgressMeter implements AutoCloseable {
    private static final long BAR_NANOS = 200_000_000L;
    private static final long LINE_NANOS = 5_000_000_000L;
    private static final int BAR_WIDTH = 30;

    /** How progress is shown. */
    public enum Style {
        /** Not at all. */
        SILENT,
        /** A line now and then, for logs. */
        LINES,
        /** A bar that is drawn over itself, for terminals. */
        BAR
    }

    private final PrintWriter err;
    private final String what;
    private final String unit;
    private final Style style;
    private final LongSupplier nanoClock;
    private boolean started;
    private boolean drawn;
    private long startNanos;
    private long shownNanos;

    ProgressMeter(PrintWriter err, String what, String unit, Style style, LongSupplier nanoClock) {
        this.err = err;
        this.what = what;
        this.unit = unit;
        this.style = style;
        this.nanoClock = nanoClock;
    }

    /** Reports how many units are done, of how many; the rate counts from the first report. */
    public void at(long done, long total) {
        long now = nanoClock.getAsLong();
        if (!started) {
            started = true;
            startNanos = now;
            shownNanos = now;
        }
        if (style == Style.SILENT || now - shownNanos < (style == Style.BAR ? BAR_NANOS : LINE_NANOS)) {
            return;
        }
        shownNanos = now;
        String line = describe(done, total, (now - startNanos) / 1e9);
        if (style == Style.BAR) {
            err.print("\r" + line + "\u001b[K");
            drawn = true;
        } else {
            err.println(line);
        }
        err.flush();
    }

    /** Removes the bar. */
    @Override
    public void close() {
        if (drawn) {
            err.print("\r\u001b[K");
            err.flush();
        }
    }

    private String describe(long done, long total, double seconds) {
        double rate = done / Math.max(seconds, 1e-3);
        double share = total <= 0 ? 0 : Math.min(1, (double) done / total);
        long left = rate <= 0 ? 0 : Math.round(Math.max(0, total - done) / rate);
        String bar = style == Style.BAR
                ? " [" + "#".repeat((int) (share * BAR_WIDTH)) + ".".repeat(BAR_WIDTH - (int) (share * BAR_WIDTH)) + "]"
                : "";
        return String.format(
                Locale.ROOT,
                "%s%s %3.0f %%  %d of %d %s  %d/s  %d s left",
                what,
                bar,
                share * 100,
                done,
                total,
                unit,
                Math.round(rate),
                left);
    }
}
