package dev.tidemark.schemas.topic;

/** Takes what the topic says, in order, on the decoding thread. */
public interface TopicVisitor {
    /** A new generation begins. */
    void opened(TopicEvent.GenerationOpened event);

    /** Whole revisions; {@code event.changes()} is valid only during the call. */
    void revisions(TopicEvent.Revisions event);

    /** A base waits for its manifest. */
    void baseReady(TopicEvent.BaseReady event);

    /** Leases, users and roles of a later revision wait for their manifest. */
    void sideReady(TopicEvent.SideReady event);

    /** The source has proven its progress. */
    void progress(TopicEvent.Progress event);

    /** Time passes. */
    void tick(TopicEvent.Tick event);
}
