package dev.tidemark.capture.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.capture.topic.TopicReader;
import dev.tidemark.sandbox.workload.Oracle;
import dev.tidemark.schemas.Change;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What etcd promises of a watch, asked of what stands in the topic: the properties of etcd's own robustness tests. Two of
 * the nine have nothing to bite on here: no filter is ever set, and no previous value is ever asked for, since the log
 * holds it; that the log does hold it is what the chain of versions shows.
 */
final class WatchProperties {
    private WatchProperties() {}

    /** One generation holds all that the oracle knows after its base, up to the oracle's end, and nothing else. */
    static void assertHold(TopicReader.Told told, Oracle oracle) {
        assertHold(told, oracle, oracle.lastRevision());
    }

    static void assertHold(TopicReader.Told told, Oracle oracle, long last) {
        orderedAndUnique(told.changes);
        isCreate(told.changes);
        // reliable, atomic, resumable: all of each revision, each revision once, however often the watch was begun
        CapturePlace.assertSame(told, oracle, last);
        previous(told.changes);
        // bookmarkable: what was claimed as progress stood there before the claim; the reader has checked each claim
        assertThat(told.progress).isLessThanOrEqualTo(last);
    }

    private static void orderedAndUnique(List<Change> changes) {
        for (int i = 1; i < changes.size(); i++) {
            Change before = changes.get(i - 1);
            Change change = changes.get(i);
            boolean ordered = change.main() > before.main()
                    ? change.sub() == 0 && change.main() == before.main() + 1
                    : change.main() == before.main() && change.sub() == before.sub() + 1;
            assertThat(ordered).as("%s after %s", change, before).isTrue();
        }
    }

    private static void isCreate(List<Change> changes) {
        for (Change change : changes) {
            if (!change.isTombstone()) {
                assertThat(change.createRevision() == change.main() && change.version() == 1)
                        .as("creation by %s", change)
                        .isEqualTo(change.version() == 1);
            }
        }
    }

    /** Where the log holds the state before a put, the put goes on from it. */
    private static void previous(List<Change> changes) {
        Map<ByteBuffer, Change> state = new HashMap<>();
        for (Change change : changes) {
            Change before = state.put(ByteBuffer.wrap(change.key()), change);
            if (before == null || change.isTombstone()) {
                continue;
            }
            boolean follows = before.isTombstone()
                    ? change.version() == 1
                    : change.version() == before.version() + 1 && change.createRevision() == before.createRevision();
            assertThat(follows).as("%s after %s", change, before).isTrue();
        }
    }
}
