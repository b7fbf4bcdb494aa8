package dev.tidemark.archive.seal;

import dev.tidemark.archive.store.ArchiveSettings;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.archive.store.ObjectStores;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/** A store in a directory, and a way to it on which the bytes of the next answers are changed. */
final class ChangingStore {
    private final Path directory;
    private final ObjectStore store;
    private UnaryOperator<byte[]> change = UnaryOperator.identity();
    private int left;
    private int reads;

    ChangingStore(Path directory) {
        this.directory = directory;
        this.store = ObjectStores.open(ArchiveSettings.inDirectory(directory.toUri()));
    }

    /** The store as seen over that way. */
    ObjectStore store() {
        return (ObjectStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {ObjectStore.class}, (proxy, method, arguments) -> {
                    try {
                        Object answer = method.invoke(store, arguments);
                        if (answer instanceof InputStream in && left > 0) {
                            return new ByteArrayInputStream(onItsWay(in.readAllBytes()));
                        }
                        return answer instanceof byte[] bytes ? onItsWay(bytes) : answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private byte[] onItsWay(byte[] bytes) {
        reads++;
        if (left == 0) {
            return bytes;
        }
        left--;
        return change.apply(bytes.clone());
    }

    /** Changes the next answers. */
    void changeNext(int answers, UnaryOperator<byte[]> how) {
        left = answers;
        change = how;
    }

    /** How many reads were answered. */
    int reads() {
        return reads;
    }

    /** The bytes as they rest. */
    byte[] resting(String name) {
        try {
            return Files.readAllBytes(directory.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Puts an object there as it is. */
    void put(String name, byte[] bytes) {
        store.put(name, bytes);
    }

    /** Changes what rests. */
    void rest(String name, byte[] bytes) {
        try {
            Files.write(directory.resolve(name), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
