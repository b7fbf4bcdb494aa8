package dev.tidemark.cli;

import dev.tidemark.cli.output.Sizes;
import dev.tidemark.cli.output.Times;
import dev.tidemark.restorer.plan.RestorePlan;
import dev.tidemark.schemas.avro.CheckpointManifest;
import java.util.LinkedHashMap;
import java.util.Map;

/** Shows a plan: what a restore reads. */
final class PlanDocument {
    private PlanDocument() {}

    /**
     * For scripts.
     *
     * @param requested the moment as it was asked for
     */
    static Map<String, Object> of(RestorePlan plan, String requested) {
        Map<String, Object> target = new LinkedHashMap<>();
        target.put("requested", requested);
        target.put("revision", plan.revision());
        target.put("notBefore", Times.document(plan.moment().notBeforeMillis()));
        target.put("notAfter", Times.document(plan.moment().notAfterMillis()));
        plan.doubt().ifPresent(doubt -> target.put("doubt", doubt.toString()));
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("target", target);
        document.put("generation", plan.generation());
        document.put("base", base(plan));
        document.put(
                "increments",
                plan.checkpoints().stream().map(PlanDocument::checkpoint).toList());
        document.put("segment", plan.segment().map(PlanDocument::checkpoint).orElse(null));
        document.put(
                "tail",
                plan.tail()
                        .map(range -> Map.of("from", range.first(), "to", range.last()))
                        .orElse(null));
        document.put("objects", plan.objects());
        document.put("bytes", plan.bytes());
        if (!plan.note().isEmpty()) {
            document.put("note", plan.note());
        }
        return document;
    }

    static String text(RestorePlan plan) {
        StringBuilder text = new StringBuilder();
        text.append("target:     ").append(plan.moment()).append('\n');
        plan.doubt()
                .ifPresent(doubt -> text.append("not sure:   ").append(doubt).append('\n'));
        text.append("base:       revision ").append(plan.base().revision());
        text.append(plan.base().manifest().getSynthesis() == null ? "\n" : ", worked out from the archive\n");
        text.append("increments: ").append(plan.checkpoints().size());
        if (!plan.checkpoints().isEmpty()) {
            text.append(" (revisions ")
                    .append(plan.checkpoints().get(0).getFirst())
                    .append("..")
                    .append(plan.checkpoints()
                            .get(plan.checkpoints().size() - 1)
                            .getLast())
                    .append(')');
        }
        text.append('\n');
        plan.segment().ifPresent(part -> text.append("segment:    revisions ")
                .append(part.getFirst())
                .append("..")
                .append(plan.revision())
                .append(" of checkpoint ")
                .append(part.getSeq())
                .append('\n'));
        plan.tail()
                .ifPresent(range ->
                        text.append("tail:       revisions ").append(range).append(" from the topic\n"));
        text.append("reads:      ").append(plan.objects()).append(" objects, ").append(Sizes.bytes(plan.bytes()));
        if (!plan.note().isEmpty()) {
            text.append("\nnote:       ").append(plan.note());
        }
        return text.toString();
    }

    private static Map<String, Object> base(RestorePlan plan) {
        Map<String, Object> base = new LinkedHashMap<>();
        base.put("revision", plan.base().revision());
        base.put("snapshotRevision", plan.base().manifest().getBase().getRevision());
        base.put("seq", plan.base().manifest().getSeq());
        base.put("segments", plan.base().manifest().getBase().getMembers().size());
        base.put("synthetic", plan.base().manifest().getSynthesis() != null);
        return base;
    }

    private static Map<String, Object> checkpoint(CheckpointManifest manifest) {
        Map<String, Object> checkpoint = new LinkedHashMap<>();
        checkpoint.put("level", manifest.getLevel());
        checkpoint.put("seq", manifest.getSeq());
        checkpoint.put("first", manifest.getFirst());
        checkpoint.put("last", manifest.getLast());
        return checkpoint;
    }
}
