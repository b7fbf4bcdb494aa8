package dev.tidemark.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RevisionSequenceTest {
    private final RevisionSequence sequence = new RevisionSequence("watch to spool", 10);

    @Test
    void denseRevisionsPass() {
        sequence.accept(11);
        sequence.accept(new RevisionRange(12, 40));
        assertThat(sequence.last()).isEqualTo(40);
    }

    @Test
    void aHoleIsNamedWithItsExactRange() {
        assertThatThrownBy(() -> sequence.accept(new RevisionRange(14, 20)))
                .isInstanceOfSatisfying(
                        DensityException.class, e -> assertThat(e.hole()).contains(new RevisionRange(11, 13)))
                .hasMessage("watch to spool: expected revision 11, found 14: revisions 11..13 are missing");
        assertThat(sequence.last()).isEqualTo(10);
    }

    @Test
    void whatComesTwiceIsNoHole() {
        assertThatThrownBy(() -> sequence.accept(7))
                .isInstanceOfSatisfying(
                        DensityException.class, e -> assertThat(e.hole()).isEmpty())
                .hasMessageContaining("revision 7 came after 10");
    }
}
