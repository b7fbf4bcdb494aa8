package dev.tidemark.cli.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.cli.output.Logs;
import dev.tidemark.sandbox.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class UnconfiguredClustersTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final AtomicInteger asked = new AtomicInteger();
    private final List<String> folded = new ArrayList<>(List.of("prod", ""));
    private final UnconfiguredClusters watch = new UnconfiguredClusters(() -> folded, List.of("prod"));

    private List<String> asked(AtomicInteger times) {
        times.incrementAndGet();
        return folded;
    }

    @Test
    void whatIsConfiguredIsNotSpokenOfNorAPartitionOfNobody() {
        assertThat(Logs.of(UnconfiguredClusters.class, watch::look)).isEmpty();
    }

    @Test
    void aClusterThatIsFoldedAndNotConfiguredIsNamedOnce() {
        folded.add("stage");
        assertThat(Logs.of(UnconfiguredClusters.class, watch::look))
                .singleElement()
                .asString()
                .contains("WARN", "cluster stage is folded here", "neither drilled nor expired", "hint: ");
        assertThat(Logs.of(UnconfiguredClusters.class, watch::look)).isEmpty();
        folded.add("test");
        assertThat(Logs.of(UnconfiguredClusters.class, watch::look))
                .singleElement()
                .asString()
                .contains("cluster test");
    }

    @Test
    void itLooksByItselfUnlessNothingIsConfigured() {
        AtomicInteger inVain = new AtomicInteger();
        try (UnconfiguredClusters looks = new UnconfiguredClusters(() -> asked(asked), List.of("prod"));
                UnconfiguredClusters rests = new UnconfiguredClusters(() -> asked(inVain), List.of())) {
            rests.start();
            looks.start();
            Eventually.eventually(PATIENCE, () -> assertThat(asked).hasPositiveValue());
        }
        assertThat(inVain).hasValue(0);
    }
}
