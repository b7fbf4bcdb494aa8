package dev.tidemark.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TidemarkExceptionTest {
    /** Any of the family. */
    private static final class Known extends TidemarkException {
        private static final long serialVersionUID = 1L;

        Known(String message, String hint) {
            super(Failure.UNAVAILABLE, message, hint);
        }
    }

    @Test
    void aHintStandsBehindTheMessage() {
        assertThat(new Known("the store is away", "wait").withHint()).isEqualTo("the store is away (hint: wait)");
    }

    @Test
    void withoutAHintThereIsOnlyTheMessage() {
        assertThat(new Known("the store is away", "").withHint()).isEqualTo("the store is away");
    }
}
