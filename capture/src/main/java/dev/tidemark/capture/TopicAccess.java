package dev.tidemark.capture;

/** The ways to a cluster's place in the topic. Thread-safe. */
final class TopicAccess {
    private final CaptureSettings settings;
    private final TopicSetup setup;
    private final TopicPlace place;
    private final String instance;
    private final Leadership leadership;

    /**
     * @param instance this process's id, written with each record
     */
    TopicAccess(CaptureSettings settings, TopicSetup setup, TopicPlace place, String instance, Leadership leadership) {
        this.settings = settings;
        this.setup = setup;
        this.place = place;
        this.instance = instance;
        this.leadership = leadership;
    }

    TopicPlace place() {
        return place;
    }

    String instance() {
        return instance;
    }

    /**
     * Fences every other producer of this cluster, if this captor holds it.
     *
     * @throws CaptureException FENCED if another captor holds the cluster, UNAVAILABLE if that cannot be told now
     */
    TransactionalLog openLog() {
        leadership.requireHeld();
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
