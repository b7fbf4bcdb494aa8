package dev.tidemark.archive.catalog;

import dev.tidemark.archive.store.CreateOutcome;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.archive.store.StoreUnavailableException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A store whose requests are counted and can be made to fail: before the effect, after it, or with other bytes. */
final class FaultyStore implements ObjectStore {
    private final ObjectStore store;
    private final Map<String, UnaryOperator<byte[]>> served = new HashMap<>();
    private int requests;
    private int failing;
    private int losing;
    private int failingGets;
    private int denying;
    private int allowed = Integer.MAX_VALUE;
    private Runnable beforeCreate = () -> {};

    FaultyStore(ObjectStore store) {
        this.store = store;
    }

    /** The next requests fail without an effect. */
    void failNext(int n) {
        failing = n;
    }

    /** The next reads of whole objects fail. */
    void failNextGets(int n) {
        failingGets = n;
    }

    /** The next questions for what is known of an object are answered as if it were not there. */
    void denyNext(int n) {
        denying = n;
    }

    /** After so many requests all fail: the process is as good as dead. */
    void failAfter(int n) {
        allowed = n;
    }

    /** All is well again. */
    void heal() {
        failing = 0;
        losing = 0;
        failingGets = 0;
        allowed = Integer.MAX_VALUE;
    }

    /** The next creations take effect, but their answers are lost. */
    void loseNextAnswers(int n) {
        losing = n;
    }

    /** What happens right before the next creation: another writer is faster. */
    void beforeNextCreate(Runnable other) {
        beforeCreate = other;
    }

    /** From now on that object's bytes are served changed. */
    void corrupt(String name, UnaryOperator<byte[]> change) {
        served.put(name, change);
    }

    /** How many requests there were since the last time this was asked. */
    int takeRequests() {
        int taken = requests;
        requests = 0;
        return taken;
    }

    private void request(String what) {
        if (fails()) {
            throw new StoreUnavailableException(what + " failed on purpose", "", null);
        }
    }

    private boolean fails() {
        requests++;
        allowed--;
        if (failing > 0) {
            failing--;
            return true;
        }
        return allowed < 0;
    }

    @Override
    public void put(String name, Path file) {
        request("put " + name);
        store.put(name, file);
    }

    @Override
    public void put(String name, byte[] bytes) {
        request("put " + name);
        store.put(name, bytes);
    }

    @Override
    public CreateOutcome createIfAbsent(String name, byte[] bytes) {
        Runnable other = beforeCreate;
        beforeCreate = () -> {};
        other.run();
        if (fails()) {
            return CreateOutcome.UNKNOWN;
        }
        CreateOutcome outcome = store.createIfAbsent(name, bytes);
        if (losing > 0) {
            losing--;
            return CreateOutcome.UNKNOWN;
        }
        return outcome;
    }

    @Override
    public byte[] get(String name) {
        request("get " + name);
        if (failingGets > 0) {
            failingGets--;
            throw new StoreUnavailableException("get " + name + " failed on purpose", "", null);
        }
        return served.getOrDefault(name, UnaryOperator.identity()).apply(store.get(name));
    }

    @Override
    public byte[] read(String name, long offset, int length) {
        request("read " + name);
        return store.read(name, offset, length);
    }

    @Override
    public InputStream open(String name) {
        request("open " + name);
        return store.open(name);
    }

    @Override
    public List<ObjectInfo> list(String prefix, String startAfter, int max) {
        request("list " + prefix);
        return store.list(prefix, startAfter, max);
    }

    @Override
    public Optional<ObjectInfo> stat(String name) {
        request("stat " + name);
        if (denying > 0) {
            denying--;
            return Optional.empty();
        }
        return store.stat(name);
    }

    @Override
    public void delete(String name) {
        request("delete " + name);
        store.delete(name);
    }

    @Override
    public URI uri() {
        return store.uri();
    }

    @Override
    public void close() {
        store.close();
    }
}
