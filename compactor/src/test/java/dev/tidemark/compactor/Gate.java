package dev.tidemark.compactor;

import dev.tidemark.archive.store.CreateOutcome;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.archive.store.StoreRefusedException;
import dev.tidemark.archive.store.StoreUnavailableException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A store that can be away for a while, refuse its client, or be beyond repair, wholly or where names hold a part. It keeps
 * what it was asked to write and to list.
 */
final class Gate implements ObjectStore {
    private enum State {
        OPEN,
        SHUT,
        REFUSING,
        CONFUSED,
        BROKEN
    }

    private final ObjectStore store;
    private final List<String> written = new CopyOnWriteArrayList<>();
    private final Set<String> listed = ConcurrentHashMap.newKeySet();
    private volatile State state = State.OPEN;
    private volatile String part = "";

    Gate(ObjectStore store) {
        this.store = store;
    }

    void shut() {
        state = State.SHUT;
    }

    void open() {
        state = State.OPEN;
    }

    void refuse() {
        state = State.REFUSING;
    }

    void breakDown() {
        state = State.BROKEN;
    }

    void confuse() {
        state = State.CONFUSED;
    }

    /** From now on only names that hold this part are kept from passing. */
    Gate where(String nameHolds) {
        part = nameHolds;
        return this;
    }

    /** The names under which anything was put, manifests aside. */
    List<String> written() {
        return written;
    }

    /** The prefixes that were listed. */
    Set<String> listed() {
        return listed;
    }

    private ObjectStore passed(String name) {
        return switch (name.contains(part) ? state : State.OPEN) {
            case OPEN -> store;
            case CONFUSED -> throw new IllegalStateException("confused");
            case SHUT -> throw new StoreUnavailableException("the gate is shut", "open it", null);
            case REFUSING -> throw new StoreRefusedException("not you", "", null);
            case BROKEN -> throw new NoClassDefFoundError("io/minio/Lost");
        };
    }

    @Override
    public void put(String name, Path file) {
        written.add(name);
        passed(name).put(name, file);
    }

    @Override
    public void put(String name, byte[] bytes) {
        written.add(name);
        passed(name).put(name, bytes);
    }

    @Override
    public CreateOutcome createIfAbsent(String name, byte[] bytes) {
        boolean away = state == State.SHUT && name.contains(part);
        return away ? CreateOutcome.UNKNOWN : passed(name).createIfAbsent(name, bytes);
    }

    @Override
    public byte[] get(String name) {
        return passed(name).get(name);
    }

    @Override
    public byte[] read(String name, long offset, int length) {
        return passed(name).read(name, offset, length);
    }

    @Override
    public InputStream open(String name) {
        return passed(name).open(name);
    }

    @Override
    public List<ObjectInfo> list(String prefix, String startAfter, int max) {
        listed.add(prefix);
        return passed(prefix).list(prefix, startAfter, max);
    }

    @Override
    public Optional<ObjectInfo> stat(String name) {
        return passed(name).stat(name);
    }

    @Override
    public void delete(String name) {
        passed(name).delete(name);
    }

    @Override
    public URI uri() {
        return store.uri();
    }

    @Override
    public void close() {
        // Not the gate's to close.
    }
}
