package dev.tidemark.etcd.rpc;

import com.google.protobuf.ByteString;
import dev.tidemark.etcd.rpc.EtcdException.Disorder;
import dev.tidemark.etcd.rpc.proto.Event;
import dev.tidemark.etcd.rpc.proto.KeyValue;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.RevisionRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes whole revisions of a watch's events and proves that none is missing or comes twice. A fragment may end inside a
 * revision, so of a fragmented response only its newest revision is held back until the next fragment: memory is bound
 * by one revision, not by a response, which may hold a thousand. Not thread-safe.
 */
final class RevisionAssembler {
    /** Whether a response ends here or goes on in the next message. */
    enum Fragment {
        LAST,
        MORE_FOLLOWS
    }

    /** etcd's first revision holds nothing: the first one that changes something is 2. */
    private static final long FIRST_WITH_CHANGES = 2;

    private final String endpoint;

    private List<Change> held = new ArrayList<>();
    /** The newest revision seen; while {@link #held} is not empty it may still grow. */
    private long newest;
    /** Where the newest revision begins in {@link #held}. */
    private int newestBegins;

    private Optional<Disorder> disorder = Optional.empty();

    RevisionAssembler(String endpoint, long startRevision) {
        this.endpoint = endpoint;
        this.newest = Math.max(startRevision, FIRST_WITH_CHANGES) - 1;
    }

    /**
     * Takes one message's events and gives the revisions that are now known to be whole, perhaps none. After an event
     * that is out of order it stops: the revisions before it are still given, {@link #disorder()} says what follows.
     */
    List<Change> add(List<Event> events, Fragment fragment) {
        for (Event event : events) {
            add(event);
            if (disorder.isPresent()) {
                return release(held.size());
            }
        }
        return release(fragment == Fragment.LAST ? held.size() : newestBegins);
    }

    /** Whether a revision waits for its rest. */
    boolean isHolding() {
        return !held.isEmpty();
    }

    /** Takes the source's word that all up to {@code revision} was delivered. */
    void progress(long revision) {
        if (revision > newest) {
            missing(newest + 1, revision, "the source claims progress up to " + revision);
        }
    }

    /** What was wrong, if something was. */
    Optional<Disorder> disorder() {
        return disorder;
    }

    private void add(Event event) {
        KeyValue kv = event.getKv();
        long main = kv.getModRevision();
        if (main == newest + 1) {
            newest = main;
            newestBegins = held.size();
        } else if (main > newest) {
            missing(newest + 1, main - 1, "revision " + main + " came next");
            return;
        } else if (main < newest || held.isEmpty()) {
            repeated(main);
            return;
        }
        held.add(change(event, held.size() - newestBegins));
    }

    private List<Change> release(int count) {
        List<Change> whole = List.copyOf(held.subList(0, count));
        held = new ArrayList<>(held.subList(count, held.size()));
        newestBegins = 0;
        return whole;
    }

    private void missing(long first, long last, String but) {
        RevisionRange range = new RevisionRange(first, last);
        disorder = Optional.of(new Disorder(
                Disorder.Kind.MISSING,
                range,
                "the watch at etcd " + endpoint + " did not deliver revisions " + range + ": " + but));
    }

    private void repeated(long main) {
        RevisionRange range = new RevisionRange(Math.max(main, 1), Math.max(newest, 1));
        disorder = Optional.of(new Disorder(
                Disorder.Kind.REPEATED,
                range,
                "the watch at etcd " + endpoint + " went back to revision " + main + " after " + newest));
    }

    private static Change change(Event event, long sub) {
        KeyValue kv = event.getKv();
        long main = kv.getModRevision();
        return switch (event.getType()) {
            case PUT ->
                Change.put(
                        main,
                        sub,
                        bytes(kv.getKey()),
                        bytes(kv.getValue()),
                        kv.getCreateRevision(),
                        kv.getVersion(),
                        kv.getLease(),
                        0,
                        0);
            case DELETE -> Change.delete(main, sub, bytes(kv.getKey()), 0, 0);
            case UNRECOGNIZED -> throw new IllegalStateException("unknown event type " + event.getTypeValue());
        };
    }

    private static byte[] bytes(ByteString bytes) {
        return bytes.toByteArray();
    }
}
