package dev.tidemark.etcd.rpc;

import java.io.Closeable;
import java.time.Duration;

/**
 * A watch over the whole keyspace on one member, pulled by one consumer thread. It keeps a small, bounded number of
 * messages in memory and never resumes by itself: the owner opens a new one from its own position.
 *
 * <p>It delivers every revision from its start, whole and exactly once, or fails with the exact range. Revisions at or
 * below the source's compact revision may be delivered in part, which no watch can see: whoever starts near it proves
 * by {@link EtcdClient#isCompacted} that the first revision lies above.
 */
public interface EtcdWatch extends Closeable {
    /** How the member sends what is large. */
    enum Responses {
        /**
         * In fragments of about 2 MiB, so that memory stays bounded whatever comes. To cut one off etcd measures it anew for each
         * event: the time grows with the square of the events in it, to 25 s for 90,000 small ones.
         */
        FRAGMENTED,
        /** As they are, at once: up to a 32nd of this process's heap, one at a time, beyond which the watch breaks as EXHAUSTED. */
        WHOLE
    }

    /**
     * Waits for the next signal. Only one thread may call this.
     *
     * @param timeout how long to wait for the next message, of which a large revision needs many; zero only looks
     * @return the signal, {@link WatchSignal.Idle} after the time is over
     * @throws EtcdException.Unavailable if the stream broke, with the cause; from then on every call throws it
     * @throws EtcdException.Credentials if the source no longer accepts the user
     * @throws EtcdException.Disorder if revisions are missing or came twice, with their range; the watch is over
     */
    WatchSignal next(Duration timeout);

    /**
     * Asks for a progress notification. etcd drops the question silently while the watch is catching up, so no answer
     * proves nothing. Members whose answer may not be believed ({@link KnownBug}) are not asked. Any thread may call
     * this.
     */
    void requestProgress();

    /** Cancels the watch; {@link #next} then throws. Any thread may call this, and more than once. */
    @Override
    void close();
}
