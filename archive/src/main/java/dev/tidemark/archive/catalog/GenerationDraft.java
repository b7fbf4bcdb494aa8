package dev.tidemark.archive.catalog;

import dev.tidemark.schemas.avro.ArchivePolicy;
import dev.tidemark.schemas.avro.TopicPosition;
import dev.tidemark.schemas.topic.TopicEvent;

/**
 * A generation that is to be opened in the archive.
 *
 * @param opened what the topic says of it
 * @param start where it begins in the topic: {@code nextOffset} is the first offset after its opening record
 * @param policy how it is to be cut
 */
public record GenerationDraft(TopicEvent.GenerationOpened opened, TopicPosition start, ArchivePolicy policy) {}
