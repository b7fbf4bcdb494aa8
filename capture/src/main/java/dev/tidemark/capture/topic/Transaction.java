package dev.tidemark.capture.topic;

import dev.tidemark.capture.source.LeaseBook;
import dev.tidemark.capture.spool.Item;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.RevisionSequence;
import dev.tidemark.schemas.topic.TopicEncoder;
import dev.tidemark.schemas.topic.TopicEvent;
import java.util.ArrayList;
import java.util.List;

/**
 * Items on their way into one transaction, without those that stand in the topic already or belong to another generation.
 * It begins with the first record, so that nothing to write is no transaction. Not thread-safe.
 */
final class Transaction implements Item.Visitor {
    private final String generation;
    private final TopicEncoder encoder;
    private final LeaseBook leases;
    private final TransactionalLog log;
    private final List<Change> gathered = new ArrayList<>();
    private long last;
    private String base;
    private boolean begun;

    /**
     * @param generation the one that stands in the topic
     * @param last the last revision that stands there
     * @param base the last base that is announced there
     */
    Transaction(
            String generation, long last, String base, TopicEncoder encoder, LeaseBook leases, TransactionalLog log) {
        this.generation = generation;
        this.last = last;
        this.base = base;
        this.encoder = encoder;
        this.leases = leases;
        this.log = log;
    }

    /** The last revision, with those that were taken. */
    long last() {
        return last;
    }

    /** The last base that is announced, with those that were taken. */
    String base() {
        return base;
    }

    @Override
    public void changes(Item.Changes item) {
        if (!item.generation().equals(generation) || item.last() <= last) {
            return;
        }
        List<Change> changes = item.changes();
        if (item.first() <= last) {
            int fresh = 0;
            while (changes.get(fresh).main() <= last) {
                fresh++;
            }
            changes = changes.subList(fresh, changes.size());
        }
        RevisionSequence check = new RevisionSequence("spool to topic", last);
        check.accept(new RevisionRange(changes.get(0).main(), item.last()));
        last = item.last();
        gathered.addAll(changes);
    }

    @Override
    public void progress(Item.Progress item) {
        if (item.generation().equals(generation) && item.revision() == last) {
            send(encoder.encode(new TopicEvent.Progress(item.generation(), item.revision(), item.atMillis())));
        }
    }

    @Override
    public void ready(Item.Ready item) {
        if (item.generation().equals(generation) && !item.event().descriptor().equals(base)) {
            base = item.event().descriptor();
            send(encoder.encode(item.event()));
        }
    }

    /** Told twice after an error it still gets one place in the archive. */
    @Override
    public void side(Item.Side item) {
        if (item.generation().equals(generation)) {
            send(encoder.encode(item.event()));
        }
    }

    @Override
    public void gate(Item.Gate item) {
        throw new IllegalStateException("a gate is no part of a transaction");
    }

    /** Sends what is left; false if there was nothing to write at all. */
    boolean finish() {
        sendGathered();
        return begun;
    }

    private void send(byte[] record) {
        sendGathered();
        begin();
        log.send(record);
    }

    private void sendGathered() {
        if (gathered.isEmpty()) {
            return;
        }
        begin();
        encoder.encodeRevisions(generation, leases.firstSeenIn(gathered), gathered, log::send);
        gathered.clear();
    }

    private void begin() {
        if (!begun) {
            begun = true;
            log.begin();
        }
    }
}
