package dev.tidemark.capture.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.schemas.Change;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class CompactRevisionTest {
    private int asked;

    @Property
    void isFoundFromWhateverWasKnown(
            @ForAll @LongRange(min = 0, max = 1_000_000) long compacted,
            @ForAll @LongRange(min = -1, max = 1_000_000) long known,
            @ForAll @LongRange(min = 0, max = 1_000_000) long ahead) {
        long knownBefore = Math.min(known, compacted);
        long newest = Math.max(1, compacted + ahead);
        CompactRevision search = new CompactRevision(revision -> {
            asked++;
            return revision < compacted;
        });
        asked = 0;
        // compacted at 1 is the same as never
        assertThat(search.between(knownBefore, newest)).isIn(compacted, compacted <= 1 ? 0L : compacted);
        assertThat(asked).isLessThanOrEqualTo(22);
    }

    @Test
    void whereNothingMovedOneQuestionIsEnough() {
        CompactRevision search = new CompactRevision(revision -> {
            asked++;
            return revision < 500;
        });
        assertThat(search.between(500, 1_000_000)).isEqualTo(500);
        assertThat(asked).isEqualTo(1);
    }

    @Test
    void theApiServersKeyAnnouncesIt() {
        assertThat(CompactRevKey.in(List.of(put("compact_rev_key", "4711"), put("compact_rev_key", "4712"))))
                .hasValue(4712);
        assertThat(CompactRevKey.in(List.of(put("compact_rev_kez", "1"), put("compact_rev_key", "0"))))
                .isEmpty();
        assertThat(CompactRevKey.in(List.of(put("compact_rev_key", "9999999999999999999"))))
                .isEmpty();
        assertThat(CompactRevKey.in(List.of(put("compact_rev_key", "-1")))).isEmpty();
    }

    private static Change put(String key, String value) {
        return Change.put(
                7, 0, key.getBytes(StandardCharsets.UTF_8), value.getBytes(StandardCharsets.UTF_8), 7, 1, 0, 0, 0);
    }
}
