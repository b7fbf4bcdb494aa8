package dev.tidemark.cli.upkeep;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says once, in the log, of each cluster that is folded here and not configured here what leaves it out: a compactor folds
 * whatever is in the topic, but drills, expiries and the metrics of the archive go by the configured names.
 */
public final class UnconfiguredClusters implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(UnconfiguredClusters.class);
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private final Supplier<List<String>> folded;
    private final Set<String> known;
    private final Rounds rounds;

    /**
     * A watch that has not begun.
     *
     * @param folded the clusters that are folded at the time; an empty name is none
     * @param configured those that are configured; empty: nothing goes by them, and nothing is said
     */
    public UnconfiguredClusters(Supplier<List<String>> folded, List<String> configured) {
        this.folded = folded;
        this.known = new HashSet<>(configured);
        this.rounds = new Rounds("tidemark-unconfigured", PAUSE, this::look);
    }

    /** Begins, if any cluster is configured. */
    public void start() {
        if (!known.isEmpty()) {
            rounds.start();
        }
    }

    /** Looks which are folded now. */
    void look() {
        for (String cluster : folded.get()) {
            if (!cluster.isEmpty() && known.add(cluster)) {
                log.warn(
                        "cluster {} is folded here, but not configured here: it is neither drilled nor expired by this"
                                + " process, and none of its tidemark_archive_ metrics are shown (hint: name it in clusters,"
                                + " or see that another process does this for it)",
                        cluster);
            }
        }
    }

    @Override
    public void close() {
        rounds.close();
    }
}
