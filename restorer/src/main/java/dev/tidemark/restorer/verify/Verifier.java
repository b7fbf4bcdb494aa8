package dev.tidemark.restorer.verify;

import dev.tidemark.restorer.Scratch;
import dev.tidemark.restorer.Sources;
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

    /**
     * Verifies.
     *
     * @throws dev.tidemark.archive.store.StoreUnavailableException if the store gives no answer
     */
    public VerifyReport verify(VerifyRequest request, VerifyProgress progress) {
        long startedAt = sources.clock().millis();
        RunBook book = new RunBook(sources.archive().runs());
        Optional<VerifyRun> last = book.verification();
        Sampling sampling = RunBook.next(last, request.sampleParts());
        List<ChainHead> recorded = last.map(VerifyRun::getHeads).orElse(List.of());
        requireSource(request.level(), book, progress);
        Ladder ladder = new Ladder(sources.archive(), recorded, progress);
        Optional<SourceRung.Outcome> compared;
        try (Scratch scratch = Scratch.in(sources.scratch())) {
            ladder.run(request.level(), sampling, scratch.directory());
            compared = compare(request.level(), ladder, scratch.directory(), progress);
        }
        List<Finding> findings = new ArrayList<>(ladder.tally().findings());
        compared.map(SourceRung.Outcome::findings).ifPresent(findings::addAll);
        VerifyReport report = new VerifyReport(
                request.level(),
                sampling,
                ladder.tally().counts(),
                findings,
                compared.map(SourceRung.Outcome::proof),
                "",
                sources.clock().millis() - startedAt);
        Optional<String> note =
                book.record(last, report, startedAt, new RunBook.Asked(ladder.heads(), asked(compared, startedAt)));
        return note.map(report::withNote).orElse(report);
    }

    private void requireSource(VerifyLevel level, RunBook book, VerifyProgress progress) {
        if (!level.asksSource()) {
            return;
        }
        SourceAccess access = source.orElseThrow(() -> new IllegalArgumentException(level + " needs a source"));
        if (level == VerifyLevel.SOURCE) {
            new SourceRung(sources, access, progress).requirePause(book.sourceAskedAtMillis());
        }
    }

    /** A damaged archive cannot be compared; that it is damaged is the answer. */
    private Optional<SourceRung.Outcome> compare(
            VerifyLevel level, Ladder ladder, Path scratch, VerifyProgress progress) {
        if (!level.asksSource()) {
            return Optional.empty();
        }
        if (!ladder.tally().findings().isEmpty()) {
            return Optional.of(SourceRung.unproven("", "", 0, "the archive itself is not in order"));
        }
        SourceRung rung = new SourceRung(sources, source.orElseThrow(), progress);
        return Optional.of(
                level == VerifyLevel.SOURCE
                        ? new HashComparison(rung).newest()
                        : new SnapshotComparison(rung, scratch).run());
    }

    private static long asked(Optional<SourceRung.Outcome> compared, long startedAt) {
        return compared.filter(outcome -> outcome.proof().sourceHash().isPresent())
                .map(outcome -> startedAt)
                .orElse(0L);
    }
}
