package dev.tidemark.compactor;

import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.LeaseTtl;
import dev.tidemark.schemas.topic.GenerationEnd;
import dev.tidemark.schemas.topic.TopicEncoder;
import dev.tidemark.schemas.topic.TopicEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** A partition of the topic in memory, as a transactional capture writes it: every transaction's marker takes an offset. */
final class TopicLog implements LogReader {
    static final String CLUSTER = "prod";

    private final TopicEncoder encoder = new TopicEncoder();
    private final List<LogRecord> records = new ArrayList<>();
    private final List<Change> changes = new ArrayList<>();
    private String topicId = "topic-1";
    private long first;
    private long end;
    private long now = 1_700_000_000_000L;
    private String generation = "";
    private long revision;

    /** Time passes before the next record. */
    TopicLog after(long millis) {
        now += millis;
        return this;
    }

    TopicLog open(String id, long baseRevision, GenerationEnd previous) {
        generation = id;
        revision = baseRevision;
        return raw(
                encoder.encode(new TopicEvent.GenerationOpened(id, CLUSTER, 7, "3.6.16", baseRevision, now, previous)));
    }

    /** One record with the changes of consecutive revisions; what each holds is told by {@code keys}. */
    TopicLog batch(String... keys) {
        return batch(List.of(), keys);
    }

    TopicLog batch(List<LeaseTtl> leases, String... keys) {
        List<Change> batch = new ArrayList<>();
        for (String key : keys) {
            revision++;
            batch.add(
                    key.startsWith("-")
                            ? Change.delete(revision, 0, bytes(key.substring(1)), now, now - 5)
                            : Change.put(revision, 0, bytes(key), bytes("v" + revision), revision, 1, 0, now, now - 5));
        }
        return transaction(leases, batch);
    }

    /** One revision that deletes so many keys, in parts if that is more than a record may hold. */
    TopicLog wide(int keys, int keyBytes) {
        revision++;
        List<Change> batch = new ArrayList<>();
        for (int i = 0; i < keys; i++) {
            batch.add(Change.delete(revision, i, bytes(String.format("%0" + keyBytes + "d", i)), now, now - 5));
        }
        return transaction(List.of(), batch);
    }

    /** The last record is not there: a revision in parts is torn. */
    TopicLog withoutLastRecord() {
        records.remove(records.size() - 1);
        return this;
    }

    /** Revisions that capture took and the topic never got. */
    TopicLog lose(int revisions) {
        revision += revisions;
        return this;
    }

    TopicLog tick() {
        return raw(encoder.encode(new TopicEvent.Tick(generation, now)));
    }

    TopicLog progress() {
        return raw(encoder.encode(new TopicEvent.Progress(generation, revision, now)));
    }

    TopicLog baseReady(long baseRevision, String descriptor, String sha256) {
        return raw(encoder.encode(new TopicEvent.BaseReady(generation, baseRevision, descriptor, sha256)));
    }

    TopicLog sideReady(TopicEvent.SideReady side) {
        return raw(encoder.encode(side));
    }

    synchronized TopicLog raw(byte[] value) {
        append(value);
        end++;
        return this;
    }

    /** A record that no capture of this cluster wrote. */
    synchronized TopicLog foreign(String key, byte[] value) {
        records.add(new LogRecord(end++, 3, now, key == null ? null : bytes(key), value));
        return this;
    }

    /** The leader lost everything from an offset on; capture goes on after what it knows to stand in the archive. */
    synchronized TopicLog cutOff(long from) {
        records.removeIf(record -> record.offset() >= from);
        end = from;
        return this;
    }

    /** A transaction that was aborted: nobody sees it, but it took offsets. */
    TopicLog aborted(int offsets) {
        end += offsets + 1;
        return this;
    }

    /** The topic is deleted and made again; capture goes on after what it knows to stand in the archive. */
    synchronized TopicLog recreate(String id, long resumeAfter) {
        records.clear();
        topicId = id;
        first = 0;
        end = 0;
        revision = resumeAfter;
        return this;
    }

    /** Retention takes all records below an offset. */
    TopicLog expire(long below) {
        records.removeIf(record -> record.offset() < below);
        first = below;
        return this;
    }

    String generation() {
        return generation;
    }

    long revision() {
        return revision;
    }

    long end() {
        return end;
    }

    /** All changes ever written, with repetitions. */
    List<Change> changes() {
        return List.copyOf(changes);
    }

    synchronized List<LogRecord> records() {
        return List.copyOf(records);
    }

    @Override
    public synchronized Ends ends() {
        return new Ends(topicId, first, end);
    }

    @Override
    public void read(long from, long until, Predicate<LogRecord> sink) {
        for (LogRecord record : records()) {
            if (record.offset() >= from && record.offset() < until && !sink.test(record)) {
                return;
            }
        }
    }

    private synchronized TopicLog transaction(List<LeaseTtl> leases, List<Change> batch) {
        changes.addAll(batch);
        encoder.encodeRevisions(generation, leases, batch).forEach(this::append);
        end++;
        return this;
    }

    private void append(byte[] value) {
        records.add(new LogRecord(end++, 3, now, bytes(CLUSTER), value));
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
