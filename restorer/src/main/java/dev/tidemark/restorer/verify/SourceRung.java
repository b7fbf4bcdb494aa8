package dev.tidemark.restorer.verify;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.archive.catalog.GenerationCatalog;
import dev.tidemark.restorer.RestoreException;
import dev.tidemark.restorer.Sources;
import dev.tidemark.restorer.plan.RestorePlan;
import dev.tidemark.restorer.restore.Restorer;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.restorer.verify.report.Finding;
import dev.tidemark.restorer.verify.report.SourceProof;
import dev.tidemark.restorer.verify.report.VerifyProgress;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.RevisionRange;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What both comparisons with the source share. Used by one thread. */
final class SourceRung {
    /** Nobody asks the source for a hash more often than this, unless told to. */
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private static final Logger log = LoggerFactory.getLogger(SourceRung.class);

    private final Sources sources;
    private final SourceAccess source;
    private final VerifyProgress progress;
    private long askedAtMillis;

    /** How a comparison ended. */
    record Outcome(SourceProof proof, List<Finding> findings) {}

    SourceRung(Sources sources, SourceAccess source, VerifyProgress progress) {
        this.sources = sources;
        this.source = source;
        this.progress = progress;
    }

    Sources sources() {
        return sources;
    }

    SourceAccess source() {
        return source;
    }

    VerifyProgress progress() {
        return progress;
    }

    /** Refuses to ask for a hash so soon after somebody else did. */
    void requirePause() {
        if (source.stall() == SourceAccess.Stall.ANY) {
            return;
        }
        long waited = sources.clock().millis() - new RunBook(sources.archive().runs()).sourceAskedAtMillis();
        if (waited >= 0 && waited < PAUSE.toMillis()) {
            throw tooSoon(waited);
        }
    }

    private static RestoreException tooSoon(long waited) {
        return new RestoreException(
                Failure.REFUSED,
                "the source was asked for a hash " + waited / 1_000 + " s ago, and each takes writes from a member",
                "wait " + (PAUSE.toMillis() - waited + 999) / 1_000 + " s, or give --allow-stall");
    }

    /** To be called right before each question for a hash: refuses it too soon after another run's, else notes it. */
    void asking() {
        requirePause();
        long now = sources.clock().millis();
        if (askedAtMillis == 0 && source.stall() != SourceAccess.Stall.ANY) {
            note(now);
        }
        askedAtMillis = now;
    }

    /** What a run has asked stands in its record only when it is over: one that runs beside it must know before. */
    private void note(long now) {
        OptionalLong other;
        try {
            other = sources.archive().runs().ask(now, PAUSE);
        } catch (ArchiveException e) {
            log.debug("a question cannot be noted, as where nothing may be written", e);
            return;
        }
        if (other.isPresent()) {
            throw tooSoon(Math.max(0, now - other.getAsLong()));
        }
    }

    /** When the source was last asked for a hash here, whatever came of it: milliseconds since the epoch; 0 for never. */
    long askedAtMillis() {
        return askedAtMillis;
    }

    /** The newest revision that archive and topic hold, with its generation. */
    RestorePlan newest() {
        return new Restorer(sources).plan(Target.latest());
    }

    /** Why two that should be equal may differ: the ids of the cluster that was captured and of the one that answered. */
    String identity(String generation, long answeredClusterId) {
        return sources.archive()
                .catalog()
                .generation(generation)
                .map(GenerationCatalog::header)
                .filter(header -> header.getSourceClusterId() != answeredClusterId)
                .map(header -> "; it belongs to cluster " + Long.toHexString(answeredClusterId) + ", captured was "
                        + Long.toHexString(header.getSourceClusterId()))
                .orElse("");
    }

    static Outcome unproven(String endpoint, String generation, long revision, String obstacle) {
        return new Outcome(
                new SourceProof(
                        endpoint, generation, revision, 0, OptionalLong.empty(), OptionalLong.empty(), 0, obstacle),
                List.of());
    }

    static Finding differs(String endpoint, String problem, long first, long last) {
        return new Finding(endpoint, problem, Optional.of(new RevisionRange(Math.max(1, Math.min(first, last)), last)));
    }
}
