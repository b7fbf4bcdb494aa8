package dev.tidemark.capture.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class WatchStartTest {
    @Test
    void goesBackToTheFirstRevisionThatCanBeCompared() {
        assertThat(start(0, 500, 401)).hasValue(401);
        assertThat(start(400, 500, 401)).hasValue(401);
    }

    @Test
    void staysAboveTheCompaction() {
        assertThat(start(450, 500, 401)).hasValue(451);
        assertThat(start(500, 500, 401)).hasValue(501);
    }

    @Test
    void isNowhereIfTheNextRevisionMayBeIncomplete() {
        assertThat(start(501, 500, 401)).isEmpty();
        assertThat(start(9_000, 500, 401)).isEmpty();
    }

    @Test
    void withoutAnythingToCompareItBeginsAtThePosition() {
        assertThat(new WatchStart(revision -> revision < 10).after(500, OptionalLong.empty()))
                .hasValue(500);
        assertThat(new WatchStart(revision -> false).after(1, OptionalLong.empty()))
                .hasValue(2);
    }

    @Property
    void neverAcceptsTheCompactRevisionItself(
            @ForAll @LongRange(min = 0, max = 700) long compacted, @ForAll @LongRange(min = 1, max = 100) long known) {
        OptionalLong start = start(compacted, 500, 501 - known);
        if (compacted > 500) {
            assertThat(start).isEmpty();
        } else {
            assertThat(start).hasValue(Math.max(compacted + 1, 501 - known));
        }
    }

    private static OptionalLong start(long compacted, long last, long firstKnown) {
        return new WatchStart(revision -> revision < compacted).after(last, OptionalLong.of(firstKnown));
    }
}
