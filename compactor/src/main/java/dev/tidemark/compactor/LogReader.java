package dev.tidemark.compactor;

import java.util.function.Predicate;

/**
 * Reads committed records of one partition from any position, beside what Streams delivers. All methods throw {@link
 * CompactorException} with {@code UNAVAILABLE} when Kafka gives no usable answer in time.
 */
interface LogReader {
    /**
     * Where the partition's log stands.
     *
     * @param topicId the topic's id: a recreated topic has another
     * @param first the first offset that is still there
     * @param end the first offset after all committed records
     */
    record Ends(String topicId, long first, long end) {}

    /** Where the log stands now. */
    Ends ends();

    /**
     * Gives the committed records with {@code from} ≤ offset &lt; {@code until} to the sink, in order, on the calling
     * thread, and returns when all were given or the sink wants no more. The position decides, not the last record: the
     * log's last offsets may hold no record.
     *
     * @param sink returns whether it wants the next one; what it throws passes through
     */
    void read(long from, long until, Predicate<LogRecord> sink);
}
