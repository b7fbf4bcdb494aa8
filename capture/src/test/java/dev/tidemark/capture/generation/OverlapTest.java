package dev.tidemark.capture.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.schemas.Change;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OverlapTest {
    private final Overlap overlap = new Overlap();

    @Test
    void keepsTheLastHundredRevisions() {
        for (long main = 2; main <= 500; main++) {
            overlap.add(List.of(put(main, 0, "k", "v" + main)));
        }
        assertThat(overlap.first()).hasValue(401);
    }

    @Test
    void aLongRunIsKeptAsItsRevisionsOneByOneWouldBe() {
        List<Change> run = new ArrayList<>();
        for (long main = 2; main <= 500; main++) {
            for (long sub = 0; sub <= main % 3; sub++) {
                run.add(put(main, sub, "k" + sub, "v" + main));
            }
        }
        overlap.add(run);
        assertThat(overlap.first()).hasValue(401);
        List<Change> known = run.stream().filter(change -> change.main() >= 401).toList();
        assertThat(overlap.firstDifference(known)).isEmpty();
        List<Change> others = new ArrayList<>(known);
        others.set(0, put(401, 0, "k0", "another"));
        assertThat(overlap.firstDifference(others)).hasValue(401);
    }

    @Test
    void equalHistoryIsEqualWhateverItsTimes() {
        overlap.add(List.of(put(5, 0, "a", "1"), put(5, 1, "b", "2"), put(6, 0, "a", "3")));
        List<Change> again = new ArrayList<>();
        for (Change change : List.of(put(5, 0, "a", "1"), put(5, 1, "b", "2"), put(6, 0, "a", "3"))) {
            again.add(change.withTimes(77, 66));
        }
        assertThat(overlap.firstDifference(again)).isEmpty();
    }

    @Test
    void namesTheFirstRevisionThatDiffers() {
        overlap.add(List.of(put(5, 0, "a", "1"), put(6, 0, "a", "2"), put(7, 0, "a", "3")));
        assertThat(overlap.firstDifference(List.of(put(6, 0, "a", "other"), put(7, 0, "a", "other"))))
                .hasValue(6);
    }

    @Test
    void everyFieldCounts() {
        Change original = Change.put(9, 0, bytes("key"), bytes("value"), 3, 4, 5, 0, 0);
        overlap.add(List.of(original));
        List<Change> others = List.of(
                Change.put(9, 0, bytes("kez"), bytes("value"), 3, 4, 5, 0, 0),
                Change.put(9, 0, bytes("key"), bytes("valuf"), 3, 4, 5, 0, 0),
                Change.put(9, 0, bytes("keyv"), bytes("alue"), 3, 4, 5, 0, 0),
                Change.put(9, 0, bytes("key"), bytes("value"), 2, 4, 5, 0, 0),
                Change.put(9, 0, bytes("key"), bytes("value"), 3, 3, 5, 0, 0),
                Change.put(9, 0, bytes("key"), bytes("value"), 3, 4, 0, 0, 0),
                Change.delete(9, 0, bytes("key"), 0, 0));
        for (Change other : others) {
            assertThat(overlap.firstDifference(List.of(other))).hasValue(9);
        }
        assertThat(overlap.firstDifference(List.of(original, put(9, 1, "more", ""))))
                .hasValue(9);
    }

    @Test
    void whatIsUnknownIsNoDifference() {
        assertThat(overlap.firstDifference(List.of(put(6, 0, "a", "1")))).isEmpty();
        assertThat(overlap.first()).isEmpty();
    }

    private static Change put(long main, long sub, String key, String value) {
        return Change.put(main, sub, bytes(key), bytes(value), main, 1, 0, 0, 0);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
