package dev.tidemark.compactor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What the folds of a process share. */
final class FoundryTest {
    @Test
    void mergesTakeTheirTurnsInTheOrderOfTheirComing() {
        assertThat(Foundry.oneMergeAtATime().isFair()).isTrue();
        assertThat(Foundry.oneMergeAtATime().availablePermits()).isEqualTo(1);
    }
}
