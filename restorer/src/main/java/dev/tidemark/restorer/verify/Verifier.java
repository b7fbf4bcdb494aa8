package dev.tidemark.restorer.verify;

import dev.tidemark.restorer.Scratch;
import dev.tidemark.restorer.Sources;
import dev.tidemark.restorer.verify.ladder.Ladder;
import dev.tidemark.restorer.verify.report.Finding;
import dev.tidemark.restorer.verify.report.Sampling;
import dev.tidemark.restorer.verify.report.VerifyLevel;
import dev.tidemark.restorer.verify.report.VerifyProgress;
import dev.tidemark.restorer.verify.report.VerifyReport;
import dev.tidemark.schemas.TidemarkException;
import dev.tidemark.schemas.avro.ChainHead;
import dev.tidemark.schemas.avro.VerifyRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Proves an archive, as far up the ladder as it is asked to, and records that it did. What is missing or damaged ends
 * nothing: it is named, and the walk goes on. Thread-safe; memory doesn't grow with the archive.
 */
public final class Verifier {
    private final Sources sources;
    private final Optional<SourceAccess> source;

    /** A verifier of an archive alone. */
    public Verifier(Sources sources) {
        this(sources, Optional.empty());
    }

    /** A verifier that may ask the source too. */
    public Verifier(Sources sources, SourceAccess source) {
        this(sources, Optional.of(source));
    }

    private Verifier(Sources sources, Optional<SourceAccess> source) {
        this.sources = sources;
        this.source = source;
    }

    /** A run under way. */
    private record Run(
            VerifyLevel level,
            long startedAt,
            RunBook book,
            Optional<VerifyRun> last,
            Sampling sampling,
            Ladder ladder,
            Optional<SourceRung> rung) {}

    /**
     * Verifies.
     *
     * @throws dev.tidemark.archive.store.StoreUnavailableException if the store gives no answer
     */
    public VerifyReport verify(VerifyRequest request, VerifyProgress progress) {
        long startedAt = sources.clock().millis();
        RunBook book = new RunBook(sources.archive().runs());
        Optional<VerifyRun> last = book.verification();
        List<ChainHead> recorded = last.map(VerifyRun::getHeads).orElse(List.of());
        Run run = new Run(
                request.level(),
                startedAt,
                book,
                last,
                RunBook.next(last, request.sampleParts()),
                new Ladder(sources.archive(), recorded, progress),
                rung(request.level(), progress));
        try (Scratch scratch = Scratch.in(sources.scratch())) {
            run.ladder.run(run.level, run.sampling, scratch.directory());
            return recorded(run, run.rung.map(rung -> compare(run, rung, scratch.directory())));
        } catch (TidemarkException e) {
            // A question takes writes from a member whatever comes of it: who asks next has to know of it.
            if (run.rung.map(SourceRung::askedAtMillis).orElse(0L) > 0) {
                recorded(run, Optional.of(SourceRung.unproven("", "", 0, e.getMessage())));
            }
            throw e;
        }
    }

    /** What asks the source; that it was asked just now is found out before all else is done. */
    private Optional<SourceRung> rung(VerifyLevel level, VerifyProgress progress) {
        if (!level.asksSource()) {
            return Optional.empty();
        }
        SourceAccess access = source.orElseThrow(() -> new IllegalArgumentException(level + " needs a source"));
        SourceRung rung = new SourceRung(sources, access, progress);
        if (level == VerifyLevel.SOURCE) {
            rung.requirePause();
        }
        return Optional.of(rung);
    }

    /** A damaged archive cannot be compared; that it is damaged is the answer. */
    private static SourceRung.Outcome compare(Run run, SourceRung rung, Path scratch) {
        if (!run.ladder.findings().isEmpty()) {
            return SourceRung.unproven("", "", 0, "the archive itself is not in order");
        }
        return run.level == VerifyLevel.SOURCE
                ? new HashComparison(rung).newest()
                : new SnapshotComparison(rung, scratch).run();
    }

    private VerifyReport recorded(Run run, Optional<SourceRung.Outcome> compared) {
        List<Finding> findings = new ArrayList<>(run.ladder.findings());
        compared.map(SourceRung.Outcome::findings).ifPresent(findings::addAll);
        VerifyReport report = new VerifyReport(
                run.level,
                run.sampling,
                run.ladder.counts(),
                findings,
                compared.map(SourceRung.Outcome::proof),
                run.ladder.note(),
                sources.clock().millis() - run.startedAt);
        long asked = run.rung.map(SourceRung::askedAtMillis).orElse(0L);
        return run.book
                .record(run.last, report, run.startedAt, new RunBook.Asked(run.ladder.heads(), asked))
                .map(report::withNote)
                .orElse(report);
    }
}
