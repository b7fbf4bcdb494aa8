package dev.tidemark.capture.watch;

import dev.tidemark.etcd.rpc.EtcdWatch;
import java.time.Duration;

/**
 * How often watches have stayed silent at one position although the source had gone on: each is given longer than the one
 * before, the second asks for whole responses, and after that a snapshot is taken instead. A member may need minutes to cut
 * a huge revision into fragments, and begins anew with each watch. Not thread-safe.
 */
final class Silences {
    private static final Duration FIRST = Duration.ofSeconds(10);
    private static final int MOST_DOUBLINGS = 5;
    private static final int BEFORE_A_SNAPSHOT = 2;

    private long position;
    private int count;

    /** A watch came no further than here. */
    void met(long last) {
        count = last == position ? count + 1 : 1;
        position = last;
    }

    /** How long the next watch may be silent. */
    Duration patience(long last) {
        return FIRST.multipliedBy(1L << Math.min(MOST_DOUBLINGS, countAt(last)));
    }

    /** How the next watch is to get what is large. */
    EtcdWatch.Responses responses(long last) {
        return countAt(last) == 1 ? EtcdWatch.Responses.WHOLE : EtcdWatch.Responses.FRAGMENTED;
    }

    /** Whether another watch would only cost the source the same again. */
    boolean isSnapshotDue(long last) {
        return countAt(last) >= BEFORE_A_SNAPSHOT;
    }

    private int countAt(long last) {
        return last == position ? count : 0;
    }
}
