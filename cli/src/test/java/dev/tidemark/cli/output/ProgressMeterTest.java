package dev.tidemark.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressMeterTest {
    private static final long SECOND = 1_000_000_000L;

    private final StringWriter err = new StringWriter();
    private long now = 7 * SECOND;

    private ProgressMeter meter(ProgressMeter.Style style) {
        return new ProgressMeter(new PrintWriter(err), "restoring", "records", style, () -> now);
    }

    private String shownAfterTenSeconds(ProgressMeter.Style style) {
        try (ProgressMeter meter = meter(style)) {
            meter.at(0, 400);
            now += 10 * SECOND;
            meter.at(100, 400);
            return err.toString();
        }
    }

    @Test
    void aLineTellsShareRateAndTimeLeft() {
        assertThat(shownAfterTenSeconds(ProgressMeter.Style.LINES))
                .isEqualTo("restoring  25 %  100 of 400 records  10/s  30 s left" + System.lineSeparator());
        assertThat(err.toString()).endsWith(System.lineSeparator());
    }

    @Test
    void aBarIsDrawnOverItselfAndGoneAtTheEnd() {
        String bar = shownAfterTenSeconds(ProgressMeter.Style.BAR);
        assertThat(bar)
                .startsWith("\rrestoring [#######.......................]  25 %")
                .endsWith("\u001b[K");
        assertThat(err.toString()).isEqualTo(bar + "\r\u001b[K");
    }

    @Test
    void aBarThatWasNeverDrawnLeavesNothing() {
        meter(ProgressMeter.Style.BAR).close();
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void aSilentMeterSaysNothing() {
        assertThat(shownAfterTenSeconds(ProgressMeter.Style.SILENT)).isEmpty();
        assertThat(err.toString()).isEmpty();
    }
}
