package dev.tidemark.capture;

/** The ways to a cluster's place in the topic. Thread-safe. */
final class TopicAccess {
    private final CaptureSettings settings;
    private final TopicSetup setup;
    private final TopicPlace place;
    private final String instance;

    /**
     * @param instance this process's id, written with each record
     */
    TopicAccess(CaptureSettings settings, TopicSetup setup, TopicPlace place, String instance) {
        this.settings = settings;
        this.setup = setup;
        this.place = place;
        this.instance = instance;
    }

    TopicPlace place() {
        return place;
    }

    String instance() {
        return instance;
    }

    /** Fences every other producer of this cluster. */
    TransactionalLog openLog() {
        return TransactionalLog.open(settings, place, instance);
    }

    TopicTail tail() {
        return new TopicTail(settings, place);
    }

    /**
     * Looks whether the topic is still the one that was found at the start.
     *
     * @throws SessionOver if it was deleted or made anew
     */
    void requireSameTopic() {
        String now = setup.currentId();
        if (!now.equals(place.topicId())) {
            throw new SessionOver("topic " + place.topic() + " was " + place.topicId() + " and is now "
                    + (now.isEmpty() ? "gone" : now));
        }
    }
}
