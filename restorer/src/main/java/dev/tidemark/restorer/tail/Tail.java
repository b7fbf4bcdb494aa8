package dev.tidemark.restorer.tail;

import dev.tidemark.archive.segment.LocalSegment;
import dev.tidemark.restorer.TailSettings;
import dev.tidemark.schemas.LeaseTtl;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.TopicPosition;
import dev.tidemark.schemas.topic.GenerationEnd;
import dev.tidemark.schemas.topic.TopicEvent;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the topic held beyond the newest checkpoint of a generation, cut into local segments.
 *
 * @param range its revisions; empty if there was nothing new
 * @param segments the local segments
 * @param leases leases that appear with these revisions
 * @param provenMillis up to when the source is known to have committed nothing more, milliseconds since the epoch; 0 if unknown
 * @param end how the generation ended, if the topic says that it did
 * @param next the opening of the generation that follows it, not yet in the archive
 */
public record Tail(
        Optional<RevisionRange> range,
        List<LocalSegment> segments,
        List<LeaseTtl> leases,
        long provenMillis,
        Optional<GenerationEnd> end,
        Optional<TopicEvent.GenerationOpened> next) {
    public Tail {
        segments = List.copyOf(segments);
        leases = List.copyOf(leases);
    }

    /**
     * Reads the tail of a generation from the topic.
     *
     * @param position where the archive ends in the topic
     * @param generation the generation
     * @param last the last revision that the archive holds
     * @param directory an existing empty directory for local segments
     * @throws TailException if the topic cannot be read, or was recreated or truncated
     */
    public static Tail read(
            TailSettings settings, TopicPosition position, String generation, long last, Path directory) {
        return TopicTail.read(settings, position, generation, last, directory);
    }
}
