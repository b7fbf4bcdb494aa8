package dev.tidemark.archive.catalog;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.avro.GenerationHeader;
import dev.tidemark.schemas.avro.GenerationSummary;
import dev.tidemark.schemas.topic.GenerationEnd;
import dev.tidemark.schemas.topic.TopicEvent.GenerationOpened;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Gives a generation its number and header; one that has them keeps them. */
final class GenerationOpening {
    private final ObjectReader reader;
    private final Settlement settlement;

    GenerationOpening(ObjectReader reader, Settlement settlement) {
        this.reader = reader;
        this.settlement = settlement;
    }

    GenerationHeader open(GenerationDraft draft) {
        Optional<Stored<GenerationHeader>> newest = reader.newestHeader();
        Optional<GenerationHeader> existing =
                newest.flatMap(head -> find(head, draft.opened().generation()));
        if (existing.isPresent()) {
            return existing.get();
        }
        GenerationHeader header = header(draft, newest);
        String name = ArchiveLayout.header(header.getNumber());
        byte[] found = settlement.createAndRead(name, ObjectCodec.encode(ObjectKind.GENERATION_HEADER, header));
        GenerationHeader standing = reader.header(name, found).content();
        if (!standing.getGeneration().equals(header.getGeneration())) {
            throw new ArchiveException(
                    Failure.FENCED,
                    name + " opens generation " + standing.getGeneration() + ", not " + header.getGeneration()
                            + ": another compactor holds the cluster",
                    "run one compactor per cluster, or wait for the other to stop");
        }
        return standing;
    }

    /** The header of a generation that is there already. */
    Optional<GenerationHeader> find(Stored<GenerationHeader> newest, String generation) {
        if (newest.content().getGeneration().equals(generation)) {
            return Optional.of(newest.content());
        }
        return newest.content().getPrevious().stream()
                .filter(summary -> summary.getGeneration().equals(generation))
                .findFirst()
                .map(summary -> reader.header(summary.getNumber(), summary.getHeaderSha256())
                        .content());
    }

    private GenerationHeader header(GenerationDraft draft, Optional<Stored<GenerationHeader>> newest) {
        GenerationOpened opened = draft.opened();
        return GenerationHeader.newBuilder()
                .setFormatVersion(ObjectCodec.FORMAT_VERSION)
                .setNumber(newest.map(head -> head.content().getNumber() + 1).orElse(0L))
                .setPreviousSha256(newest.map(Stored::sha256).orElse(""))
                .setGeneration(opened.generation())
                .setCluster(opened.cluster())
                .setSourceClusterId(opened.sourceClusterId())
                .setSourceVersion(opened.sourceVersion())
                .setBaseRevision(opened.baseRevision())
                .setOpenedAtMillis(opened.openedAtMillis())
                .setStart(draft.start())
                .setPolicy(draft.policy())
                .setPrevious(newest.map(head -> summaries(head, Optional.ofNullable(opened.previous())))
                        .orElse(List.of()))
                .build();
    }

    private List<GenerationSummary> summaries(Stored<GenerationHeader> newest, Optional<GenerationEnd> end) {
        List<GenerationSummary> all = new ArrayList<>(newest.content().getPrevious());
        all.add(end.filter(e -> e.generation().equals(newest.content().getGeneration()))
                .map(e -> summary(newest, e))
                .orElseGet(() -> summary(newest, unannounced(newest.content()))));
        return all;
    }

    /** The topic that said how the generation ended is gone, or never said it. */
    private GenerationEnd unannounced(GenerationHeader header) {
        long last = reader.newestCheckpoint(header.getGeneration(), 0)
                .map(head -> head.content().getLast())
                .orElse(header.getBaseRevision());
        return new GenerationEnd(
                header.getGeneration(),
                last,
                GenerationEnd.Cause.TOPIC_LOST,
                "the topic does not say how it ended; the archive holds it up to revision " + last,
                0,
                0);
    }

    private static GenerationSummary summary(Stored<GenerationHeader> ended, GenerationEnd end) {
        return new GenerationSummary(
                ended.content().getGeneration(),
                ended.content().getNumber(),
                ended.sha256(),
                ended.content().getBaseRevision(),
                end.lastRevision(),
                end.cause().name(),
                end.detail(),
                end.holeFirst(),
                end.holeLast());
    }
}
