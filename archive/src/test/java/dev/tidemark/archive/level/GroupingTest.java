package dev.tidemark.archive.level;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.schemas.avro.LevelPolicy;
import dev.tidemark.schemas.avro.ManifestRow;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class GroupingTest {
    private static final LevelPolicy THREE_OR_A_MINUTE = new LevelPolicy(3, 60_000L);

    @Test
    void aGroupIsCompleteWithItsLastChild() {
        assertThat(Grouping.next(rows(0, 20_000), THREE_OR_A_MINUTE)).isEmpty();
        assertThat(Grouping.next(rows(0, 20_000, 40_000), THREE_OR_A_MINUTE))
                .hasValueSatisfying(group -> assertThat(group).hasSize(3));
        assertThat(Grouping.next(rows(0, 20_000, 40_000, 50_000), THREE_OR_A_MINUTE))
                .hasValueSatisfying(group -> assertThat(group).hasSize(3));
    }

    @Test
    void aGroupIsCompleteOnceAChildBeginsTooLateForIt() {
        assertThat(Grouping.next(rows(0, 59_999), THREE_OR_A_MINUTE)).isEmpty();
        assertThat(Grouping.next(rows(0, 60_000), THREE_OR_A_MINUTE))
                .hasValueSatisfying(group -> assertThat(group).hasSize(1));
        assertThat(Grouping.next(rows(0, 10_000, 3_600_000), THREE_OR_A_MINUTE))
                .hasValueSatisfying(group -> assertThat(group).hasSize(2));
    }

    @Test
    void nothingWaitsSoNothingIsGrouped() {
        assertThat(Grouping.next(List.of(), THREE_OR_A_MINUTE)).isEmpty();
    }

    /** The law that lets anybody group: what comes later changes no group that is complete. */
    @Property(tries = 300)
    void aCompleteGroupStaysAsItIsWhateverComesLater(
            @ForAll @Size(max = 40) List<@IntRange(max = 50_000) Integer> pauses) {
        long[] times = new long[pauses.size()];
        long now = 0;
        for (int i = 0; i < times.length; i++) {
            now += pauses.get(i);
            times[i] = now;
        }
        List<ManifestRow> all = rows(times);
        List<ManifestRow> waiting = new ArrayList<>();
        List<List<ManifestRow>> asTheyCome = new ArrayList<>();
        for (ManifestRow row : all) {
            waiting.add(row);
            Grouping.next(waiting, THREE_OR_A_MINUTE).ifPresent(group -> {
                asTheyCome.add(group);
                waiting.subList(0, group.size()).clear();
            });
        }
        List<ManifestRow> atOnce = new ArrayList<>(all);
        for (List<ManifestRow> group : asTheyCome) {
            assertThat(Grouping.next(atOnce, THREE_OR_A_MINUTE)).hasValue(group);
            atOnce.subList(0, group.size()).clear();
        }
    }

    private static List<ManifestRow> rows(long... firstCapturedAt) {
        List<ManifestRow> rows = new ArrayList<>();
        for (int i = 0; i < firstCapturedAt.length; i++) {
            rows.add(new ManifestRow(
                    (long) i, 10L * i + 1, 10L * i + 10, firstCapturedAt[i], firstCapturedAt[i] + 5, 1L, "aa"));
        }
        return rows;
    }
}
