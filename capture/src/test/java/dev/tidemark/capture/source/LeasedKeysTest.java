package dev.tidemark.capture.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.schemas.Change;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeasedKeysTest {
    private final List<Long> bereft = new ArrayList<>();
    private final LeasedKeys keys = new LeasedKeys(3, bereft::add);

    @Test
    void aLeaseIsBereftWhenTheLastOfItsKeysIsDeleted() {
        keys.see(put("a", 7));
        keys.see(put("b", 7));
        keys.see(delete("a"));
        assertThat(bereft).isEmpty();
        keys.see(delete("b"));
        assertThat(bereft).containsExactly(7L);
    }

    @Test
    void aKeyThatMovesToAnotherLeaseOrToNoneLeavesTheOldOne() {
        keys.see(put("a", 7));
        keys.see(put("a", 8));
        assertThat(bereft).containsExactly(7L);
        keys.see(put("a", 0));
        assertThat(bereft).containsExactly(7L, 8L);
    }

    @Test
    void aKeyPutAgainOnTheSameLeaseChangesNothing() {
        keys.see(put("a", 7));
        keys.see(put("a", 7));
        keys.see(delete("a"));
        assertThat(bereft).containsExactly(7L);
    }

    @Test
    void aKeyThatNeverHadALeaseChangesNothing() {
        keys.see(put("a", 7));
        keys.see(put("x", 0));
        keys.see(delete("x"));
        assertThat(bereft).isEmpty();
    }

    @Test
    void moreKeysThanRememberedMakeAllLeasesDoubtful() {
        keys.see(put("a", 1));
        keys.see(put("b", 1));
        keys.see(put("c", 2));
        keys.see(put("d", 3));
        assertThat(bereft).containsExactlyInAnyOrder(1L, 2L);
        keys.see(delete("d"));
        assertThat(bereft).containsExactlyInAnyOrder(1L, 2L, 3L);
    }

    private static Change put(String key, long lease) {
        return Change.put(2, 0, key.getBytes(StandardCharsets.UTF_8), new byte[0], 2, 1, lease, 0, 0);
    }

    private static Change delete(String key) {
        return Change.delete(2, 0, key.getBytes(StandardCharsets.UTF_8), 0, 0);
    }
}
