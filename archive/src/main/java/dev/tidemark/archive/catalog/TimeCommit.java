package dev.tidemark.archive.catalog;

import dev.tidemark.schemas.avro.TimeProof;
import dev.tidemark.schemas.avro.TopicPosition;
import java.util.Optional;

/** Gives a proof of time its place, unless one stands there that says as much. */
final class TimeCommit {
    private final ObjectReader reader;
    private final Settlement settlement;
    private final String generation;

    TimeCommit(ObjectReader reader, Settlement settlement, String generation) {
        this.reader = reader;
        this.settlement = settlement;
        this.generation = generation;
    }

    TimeProof commit(long revision, long atMillis, TopicPosition position) {
        while (true) {
            Optional<Stored<TimeProof>> head = reader.newestTime(generation);
            if (head.isPresent() && saysAsMuch(head.get().content(), revision, atMillis)) {
                return head.get().content();
            }
            TimeProof next = new TimeProof(
                    ObjectCodec.FORMAT_VERSION,
                    generation,
                    head.map(newest -> newest.content().getSeq() + 1).orElse(0L),
                    head.map(Stored::sha256).orElse(""),
                    revision,
                    atMillis,
                    position);
            String name = ArchiveLayout.timeProof(generation, next.getSeq());
            byte[] found = settlement.createAndRead(name, ObjectCodec.encode(ObjectKind.TIME, next));
            TimeProof standing = reader.time(generation, name, found).content();
            if (saysAsMuch(standing, revision, atMillis)) {
                return standing;
            }
            // Another writer's of an earlier time took the place: the next place, then.
        }
    }

    private static boolean saysAsMuch(TimeProof standing, long revision, long atMillis) {
        return standing.getRevision() > revision
                || (standing.getRevision() == revision && standing.getAtMillis() >= atMillis);
    }
}
