package dev.tidemark.capture;

import java.util.Optional;

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

    /**
     * Fences every other producer of this cluster, if this captor holds it.
     *
     * @throws CaptureException FENCED if another captor holds the cluster, UNAVAILABLE if that cannot be told now
     */
    TransactionalLog openLog() {
        leadership.requireHeld();
        return TransactionalLog.open(settings, place, instance);
    }

    /**
     * The same for a captor that was writing. If the cluster was given to another one that has written nothing yet, that one
     * may be waiting for what only this captor still has: then its spool may go on.
     *
     * @throws CaptureException FENCED if another captor writes now, UNAVAILABLE if that cannot be told
     */
    TransactionalLog reopenLog() {
        Optional<String> other = leadership.otherHolder();
        if (other.isPresent() && !tail().read(TopicTail.Upto.STABLE).writer().equals(instance)) {
            throw leadership.heldBy(other.get());
        }
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
