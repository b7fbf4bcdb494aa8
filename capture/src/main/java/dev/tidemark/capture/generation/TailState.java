package dev.tidemark.capture.generation;

import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.topic.TopicEvent;
import dev.tidemark.schemas.topic.TopicVisitor;
import java.util.Optional;

/** What the end of the topic says about where capture stands. Filled by reading forward. Not thread-safe. */
public final class TailState implements TopicVisitor {
    private String generation = "";
    private long last;
    private long lastCapturedAt;
    private long provenAt;
    private TopicEvent.BaseReady base;
    private TopicEvent.GenerationOpened opened;
    private Overlap overlap = new Overlap();
    private long revisions;
    private String damage = "";

    /** The newest generation's id; empty if the topic says nothing. */
    public String generation() {
        return generation;
    }

    /** The last revision that stands in the topic; 0 if what was read doesn't tell. */
    public long last() {
        return last;
    }

    /** The last time given to a revision; 0 if none was read. */
    long lastCapturedAt() {
        return lastCapturedAt;
    }

    /** When it was last known that nothing came after {@link #last}. */
    public long provenAt() {
        return provenAt;
    }

    /** Whether the generation's base is announced in what was read. */
    public boolean isBaseReady() {
        return base != null;
    }

    /** The last base that is announced in what was read, if any is. */
    public Optional<TopicEvent.BaseReady> base() {
        return Optional.ofNullable(base);
    }

    /** The descriptor of {@link #base}; empty if there is none. */
    public String lastBase() {
        return base == null ? "" : base.descriptor();
    }

    /** How the generation was opened, if that was read. */
    public Optional<TopicEvent.GenerationOpened> opened() {
        return Optional.ofNullable(opened);
    }

    Overlap overlap() {
        return overlap;
    }

    /** What stands in the newest generation and is no record of it; empty if nothing does. Nothing after it counts. */
    public Optional<String> damage() {
        return Optional.of(damage).filter(what -> !what.isEmpty());
    }

    /** A record cannot be read: readers end the generation there, so what follows belongs to none. */
    public void damaged(String what) {
        if (damage.isEmpty()) {
            damage = what;
        }
    }

    /** Whether reading from an earlier offset could tell more about the position. */
    public boolean isEnough() {
        return !generation.isEmpty() && (opened != null || revisions >= Overlap.REVISIONS);
    }

    @Override
    public void opened(TopicEvent.GenerationOpened event) {
        begin(event.generation());
        opened = event;
        last = event.baseRevision();
        provenAt = event.openedAtMillis();
    }

    @Override
    public void revisions(TopicEvent.Revisions event) {
        if (!event.generation().equals(generation)) {
            begin(event.generation());
        }
        if (!damage.isEmpty()) {
            return;
        }
        RevisionDigest digest = new RevisionDigest(overlap::put);
        for (Change change : event.changes()) {
            digest.add(change);
            lastCapturedAt = change.capturedAtMillis();
            provenAt = Math.max(provenAt, change.notBeforeMillis());
        }
        digest.complete();
        last = event.range().last();
        revisions += event.range().size();
    }

    @Override
    public void baseReady(TopicEvent.BaseReady event) {
        if (!event.generation().equals(generation)) {
            begin(event.generation());
        }
        base = event;
    }

    @Override
    public void sideReady(TopicEvent.SideReady event) {
        if (!event.generation().equals(generation)) {
            begin(event.generation());
        }
    }

    @Override
    public void progress(TopicEvent.Progress event) {
        if (!event.generation().equals(generation)) {
            begin(event.generation());
        }
        if (damage.isEmpty()) {
            last = event.revision();
            provenAt = event.atMillis();
        }
    }

    @Override
    public void tick(TopicEvent.Tick event) {
        if (!event.generation().equals(generation)) {
            begin(event.generation());
        }
    }

    private void begin(String id) {
        generation = id;
        last = 0;
        lastCapturedAt = 0;
        provenAt = 0;
        base = null;
        opened = null;
        overlap = new Overlap();
        revisions = 0;
        damage = "";
    }
}
