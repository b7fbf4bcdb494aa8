package dev.tidemark.capture.service;

import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.capture.status.CaptureStatus;
import java.util.function.Supplier;

/**
 * One try to capture a cluster, until it ends by itself or is closed.
 *
 * @param run captures, and returns or throws when it is over
 * @param status how it stands; any thread may ask, also when it is over
 * @param close makes {@code run} return soon
 */
record Attempt(Runnable run, Supplier<CaptureStatus> status, Runnable close) {
    static Attempt of(CaptureSettings settings, ClusterArchive archive) {
        Capture capture = new Capture(settings, archive);
        return new Attempt(capture::run, capture::status, capture::close);
    }

    /** Whether it has come further than to look at what it needs: it stands by, or captures. */
    boolean hasBegun() {
        CaptureStatus.State state = status.get().state();
        return hasCommitted() || (state != CaptureStatus.State.STARTING && state != CaptureStatus.State.STOPPED);
    }

    boolean hasCommitted() {
        return status.get().totals().transactions() > 0;
    }
}
