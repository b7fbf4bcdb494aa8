package dev.tidemark.schemas.topic;

import dev.tidemark.schemas.Change;
import java.util.ArrayList;
import java.util.List;

/** A visitor that keeps what it is told; large revisions are copied out of their file. */
final class Recorded implements TopicVisitor {
    final List<TopicEvent> events = new ArrayList<>();

    List<Change> changes() {
        List<Change> all = new ArrayList<>();
        for (TopicEvent event : events) {
            if (event instanceof TopicEvent.Revisions revisions) {
                revisions.changes().forEach(all::add);
            }
        }
        return all;
    }

    @Override
    public void opened(TopicEvent.GenerationOpened event) {
        events.add(event);
    }

    @Override
    public void revisions(TopicEvent.Revisions event) {
        List<Change> copied = new ArrayList<>();
        event.changes().forEach(copied::add);
        events.add(new TopicEvent.Revisions(
                event.generation(), event.range(), event.leases(), copied, event.encodedBytes()));
    }

    @Override
    public void baseReady(TopicEvent.BaseReady event) {
        events.add(event);
    }

    @Override
    public void sideReady(TopicEvent.SideReady event) {
        events.add(event);
    }

    @Override
    public void progress(TopicEvent.Progress event) {
        events.add(event);
    }

    @Override
    public void tick(TopicEvent.Tick event) {
        events.add(event);
    }
}
