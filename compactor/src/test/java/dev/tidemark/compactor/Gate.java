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

/** A store that can be away for a while, refuse its client, or be beyond repair. */
final class Gate implements ObjectStore {
    private enum State {
        OPEN,
        SHUT,
        REFUSING,
        BROKEN
    }

    private final ObjectStore store;
    private volatile State state = State.OPEN;

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

    private ObjectStore passed() {
        return switch (state) {
            case OPEN -> store;
            case SHUT -> throw new StoreUnavailableException("the gate is shut", "", null);
            case REFUSING -> throw new StoreRefusedException("not you", "", null);
            case BROKEN -> throw new NoClassDefFoundError("io/minio/Lost");
        };
    }

    @Override
    public void put(String name, Path file) {
        passed().put(name, file);
    }

    @Override
    public void put(String name, byte[] bytes) {
        passed().put(name, bytes);
    }

    @Override
    public CreateOutcome createIfAbsent(String name, byte[] bytes) {
        return state == State.SHUT ? CreateOutcome.UNKNOWN : passed().createIfAbsent(name, bytes);
    }

    @Override
    public byte[] get(String name) {
        return passed().get(name);
    }

    @Override
    public byte[] read(String name, long offset, int length) {
        return passed().read(name, offset, length);
    }

    @Override
    public InputStream open(String name) {
        return passed().open(name);
    }

    @Override
    public List<ObjectInfo> list(String prefix, String startAfter, int max) {
        return passed().list(prefix, startAfter, max);
    }

    @Override
    public Optional<ObjectInfo> stat(String name) {
        return passed().stat(name);
    }

    @Override
    public void delete(String name) {
        passed().delete(name);
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
