package dev.tidemark.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RevisionRangeTest {
    @Test
    void printsWhatItParses() {
        RevisionRange range = RevisionRange.parse("17..9223372036854775807");
        assertThat(range).isEqualTo(new RevisionRange(17, Long.MAX_VALUE)).hasToString("17..9223372036854775807");
        assertThat(Revision.parse("17")).isEqualTo(new Revision(17)).hasToString("17");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "5..", "..5", "5...6", "6..5", "0..5", "-1..5", "a..b", "1..2..3"})
    void refusesWhatIsNoRange(String text) {
        assertThatThrownBy(() -> RevisionRange.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void knowsWhatIsInsideAndWhatFollows() {
        RevisionRange range = new RevisionRange(5, 9);
        assertThat(range.size()).isEqualTo(5);
        assertThat(range.contains(4)).isFalse();
        assertThat(range.contains(5)).isTrue();
        assertThat(range.contains(9)).isTrue();
        assertThat(range.contains(10)).isFalse();
        assertThat(range.isFollowedBy(new RevisionRange(10, 10))).isTrue();
        assertThat(range.isFollowedBy(new RevisionRange(11, 12))).isFalse();
        assertThat(range.isFollowedBy(new RevisionRange(9, 12))).isFalse();
        assertThat(new Revision(6).follows(new Revision(5))).isTrue();
        assertThat(new Revision(7).follows(new Revision(5))).isFalse();
        assertThat(new Revision(5).next()).isEqualTo(new Revision(6)).isGreaterThan(new Revision(5));
    }
}
