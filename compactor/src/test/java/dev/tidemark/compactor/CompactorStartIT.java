package dev.tidemark.compactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.TidemarkException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A start that cannot succeed. The time that it takes is measured, so nothing else runs meanwhile. */
final class CompactorStartIT {
    @TempDir
    private Path directory;

    @Test
    void whatIsAwayAtTheStartIsSaidWithinFifteenSeconds() {
        CompactorSettings nowhere = new CompactorSettings(
                "nowhere",
                "one",
                "revisions",
                Map.of("bootstrap.servers", "127.0.0.1:9"),
                Map.of(),
                Duration.ofMillis(500),
                1 << 20,
                directory);
        long start = System.nanoTime();
        assertThatThrownBy(() -> Compactor.start(nowhere, new MemoryStore(InstantSource.system())))
                .isInstanceOfSatisfying(
                        TidemarkException.class, e -> assertThat(e.failure()).isEqualTo(Failure.UNAVAILABLE))
                .hasMessageContaining("127.0.0.1:9");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
    }
}
