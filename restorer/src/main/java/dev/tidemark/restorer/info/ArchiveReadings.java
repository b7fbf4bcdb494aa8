package dev.tidemark.restorer.info;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.archive.catalog.Catalog;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.GenerationCatalog;
import dev.tidemark.restorer.history.ArchiveChapter;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.avro.GenerationSummary;
import dev.tidemark.schemas.avro.Retention;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads again and again how it stands with an archive. Each reading costs some 25 requests, as the newest generation alone
 * is read; those that have ended are read once an hour, and when retention was decided anew. Not thread-safe.
 */
public final class ArchiveReadings {
    private static final Logger log = LoggerFactory.getLogger(ArchiveReadings.class);
    private static final Duration ENDED_ONES = Duration.ofHours(1);
    private static final long NONE = -1;

    private final ClusterArchive archive;
    private final InstantSource clock;
    private final Map<String, ArchiveFacts.Generation> ended = new HashMap<>();
    private long endedReadAt;
    private long decision = NONE;

    /** Readings of one cluster's archive. */
    public ArchiveReadings(ClusterArchive archive, InstantSource clock) {
        this.archive = archive;
        this.clock = clock;
    }

    /** One reading. */
    public ArchiveFacts read() {
        long now = clock.millis();
        Catalog catalog = archive.catalog();
        forgetWhatIsOld(catalog, now);
        List<ArchiveFacts.Generation> generations = new ArrayList<>();
        catalog.newest().map(this::facts).ifPresent(generations::add);
        List<GenerationSummary> former = catalog.ended();
        for (int i = former.size() - 1; i >= 0; i--) {
            String id = former.get(i).getGeneration();
            if (!ended.containsKey(id)) {
                readEnded(catalog, id);
            }
            Optional.ofNullable(ended.get(id)).ifPresent(generations::add);
        }
        ProofRecords records = ProofRecords.of(archive);
        return new ArchiveFacts(now, generations, catalog.retention(), records.verification(), records.drill());
    }

    /** Damage in what is over says nothing of what goes on: such a generation is left out, and verify names it. */
    private void readEnded(Catalog catalog, String id) {
        try {
            catalog.generation(id).map(this::facts).ifPresent(facts -> ended.put(id, facts));
        } catch (ArchiveException e) {
            if (e.failure() != Failure.VERIFICATION) {
                throw e;
            }
            log.debug("generation {} is left out: {}", id, e.getMessage());
        }
    }

    private void forgetWhatIsOld(Catalog catalog, long now) {
        long decided = catalog.retention().map(Retention::getSeq).orElse(NONE);
        if (decided != decision || now - endedReadAt >= ENDED_ONES.toMillis()) {
            ended.clear();
            endedReadAt = now;
            decision = decided;
        }
    }

    private ArchiveFacts.Generation facts(GenerationCatalog generation) {
        return ArchiveFacts.Generation.of(ArchiveChapter.of(archive, generation));
    }
}
