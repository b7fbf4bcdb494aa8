package dev.tidemark.cli.output;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Shows how far a piece of work is, its rate and the time left. Not thread-safe: the working thread reports. */
public final class ProgressMeter {
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
    private final long total;
    private final String unit;
    private final Style style;
    private final LongSupplier nanoClock;
    private final long startNanos;
    private long shownNanos;

    ProgressMeter(PrintWriter err, String what, long total, String unit, Style style, LongSupplier nanoClock) {
        this.err = err;
        this.what = what;
        this.total = total;
        this.unit = unit;
        this.style = style;
        this.nanoClock = nanoClock;
        this.startNanos = nanoClock.getAsLong();
        this.shownNanos = startNanos;
    }

    /** Reports how many units are done. */
    public void at(long done) {
        long now = nanoClock.getAsLong();
        if (style == Style.SILENT || now - shownNanos < (style == Style.BAR ? BAR_NANOS : LINE_NANOS)) {
            return;
        }
        shownNanos = now;
        String line = describe(done, (now - startNanos) / 1e9);
        if (style == Style.BAR) {
            err.print("\r" + line + "\u001b[K");
        } else {
            err.println(line);
        }
        err.flush();
    }

    /** Removes the bar. */
    public void done() {
        if (style == Style.BAR) {
            err.print("\r\u001b[K");
            err.flush();
        }
    }

    private String describe(long done, double seconds) {
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
