package dev.tidemark.restorer.verify;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.catalog.RunRecords;
import dev.tidemark.archive.store.MissingObjectException;
import dev.tidemark.restorer.verify.report.Finding;
import dev.tidemark.restorer.verify.report.Sampling;
import dev.tidemark.restorer.verify.report.VerifyReport;
import dev.tidemark.schemas.avro.ChainHead;
import dev.tidemark.schemas.avro.DrillRun;
import dev.tidemark.schemas.avro.FullPass;
import dev.tidemark.schemas.avro.SampleRound;
import dev.tidemark.schemas.avro.VerifyRun;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was recorded of former runs, and how a run is recorded. A record that is damaged, or was deleted since it was
 * listed, counts as none, and one that cannot be written is only mentioned: the run itself is worth more. Thread-safe.
 */
final class RunBook {
    private final RunRecords records;

    RunBook(RunRecords records) {
        this.records = records;
    }

    Optional<VerifyRun> verification() {
        try {
            return records.newestVerification();
        } catch (DamagedObjectException | MissingObjectException e) {
            return Optional.empty();
        }
    }

    Optional<DrillRun> drill() {
        try {
            return records.newestDrill();
        } catch (DamagedObjectException | MissingObjectException e) {
            return Optional.empty();
        }
    }

    /** When anybody last asked the source for a hash: milliseconds since the epoch; 0 for never. */
    long sourceAskedAtMillis() {
        return Math.max(
                verification().map(VerifyRun::getSourceAskedAtMillis).orElse(0L),
                drill().map(DrillRun::getSourceAskedAtMillis).orElse(0L));
    }

    /** What a run records of that: only the newest records are looked at, so one that asked nobody hands on who did. */
    long sourceAskedAtMillis(long ownAtMillis) {
        return ownAtMillis > 0 ? ownAtMillis : sourceAskedAtMillis();
    }

    /** The sample whose turn it is. */
    static Sampling next(Optional<VerifyRun> last, int parts) {
        return parts == 1
                ? Sampling.EVERYTHING
                : new Sampling(parts, round(last, parts).getNextRun());
    }

    /** Records a run after another one; says why not if it cannot. */
    Optional<String> record(Optional<VerifyRun> last, VerifyReport report, long startedAt, Asked asked) {
        VerifyRun.Builder run = VerifyRun.newBuilder()
                .setFormatVersion(RunRecords.formatVersion())
                .setStartedAtMillis(startedAt)
                .setMillis(report.millis())
                .setLevel(report.level().text())
                .setSampleParts(report.sampling().parts())
                .setOk(report.ok())
                .setChecked(report.objects().checked())
                .setMissing(report.objects().missing())
                .setDamaged(report.objects().damaged())
                .setFirstFinding(report.findings().stream()
                        .findFirst()
                        .map(Finding::toString)
                        .orElse(""))
                .setHeads(heads(last, asked.heads()))
                .setRound(last.map(VerifyRun::getRound).orElse(null))
                .setLastFullPass(last.map(VerifyRun::getLastFullPass).orElse(null));
        addPass(run, last, report, startedAt);
        try {
            run.setSourceAskedAtMillis(sourceAskedAtMillis(asked.atMillis()));
            records.recordVerification(seq -> run.setSeq(seq).build());
            return Optional.empty();
        } catch (ArchiveException e) {
            return Optional.of("the run is not recorded: " + e.getMessage());
        }
    }

    /**
     * What a run has seen.
     *
     * @param heads the newest manifest of every chain
     * @param atMillis when it asked the source for a hash, milliseconds since the epoch; 0 if it did not
     */
    record Asked(List<ChainHead> heads, long atMillis) {}

    private static SampleRound round(Optional<VerifyRun> last, int parts) {
        return last.map(VerifyRun::getRound)
                .filter(round -> round.getParts() == parts)
                .orElseGet(() -> new SampleRound(parts, 0L, 0, 0L, true));
    }

    private static void addPass(VerifyRun.Builder run, Optional<VerifyRun> last, VerifyReport report, long startedAt) {
        if (!report.level().readsData()) {
            return;
        }
        long endedAt = startedAt + report.millis();
        if (!report.sampling().isPartial()) {
            run.setLastFullPass(new FullPass(startedAt, endedAt, report.ok()));
            return;
        }
        int parts = report.sampling().parts();
        SampleRound before = round(last, parts);
        long begun = before.getDone() == 0 ? startedAt : before.getStartedAtMillis();
        boolean ok = report.ok() && (before.getDone() == 0 || before.getOk());
        int done = before.getDone() + 1;
        if (done == parts) {
            run.setLastFullPass(new FullPass(begun, endedAt, ok));
            run.setRound(new SampleRound(parts, before.getNextRun() + 1, 0, 0L, true));
        } else {
            run.setRound(new SampleRound(parts, before.getNextRun() + 1, done, begun, ok));
        }
    }

    /** What was there once is expected until something newer is. */
    private static List<ChainHead> heads(Optional<VerifyRun> last, List<ChainHead> found) {
        Map<String, ChainHead> newest = new LinkedHashMap<>();
        last.map(VerifyRun::getHeads).orElse(List.of()).forEach(head -> newest.put(head.getChain(), head));
        found.forEach(head ->
                newest.merge(head.getChain(), head, (before, now) -> now.getSeq() >= before.getSeq() ? now : before));
        return new ArrayList<>(newest.values());
    }
}
