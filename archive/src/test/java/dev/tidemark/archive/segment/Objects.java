package dev.tidemark.archive.segment;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.schemas.avro.SegmentRef;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Objects that a test can damage, at rest or on their way. */
final class Objects {
    private final Map<String, byte[]> stored = new HashMap<>();
    private UnaryOperator<byte[]> transport = UnaryOperator.identity();

    /** Stores a segment's files as {@code n.avro} and {@code n.idx}. */
    SegmentRef add(LocalSegment local, int n) {
        SegmentRef ref = local.toRef(n + ".avro", n + ".idx");
        try {
            stored.put(ref.getData().getName(), Files.readAllBytes(local.data()));
            stored.put(ref.getIndex().getName(), Files.readAllBytes(local.index()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ref;
    }

    byte[] bytes(String name) {
        return stored.get(name);
    }

    void put(String name, byte[] bytes) {
        stored.put(name, bytes);
    }

    /** What happens to each answer on its way. */
    void transport(UnaryOperator<byte[]> change) {
        transport = change;
    }

    ObjectStore store() {
        return (ObjectStore) Proxy.newProxyInstance(
                Objects.class.getClassLoader(), new Class<?>[] {ObjectStore.class}, (proxy, method, arguments) -> {
                    List<Object> given = List.of(arguments);
                    String name = (String) given.get(0);
                    return switch (method.getName()) {
                        case "get" -> stored.get(name).clone();
                        case "read" -> transport.apply(read(name, (Long) given.get(1), (Integer) given.get(2)));
                        default -> throw new UnsupportedOperationException(method.getName());
                    };
                });
    }

    private byte[] read(String name, long offset, int length) {
        byte[] all = stored.get(name);
        if (offset + length > all.length) {
            throw new DamagedObjectException(name, "is shorter");
        }
        return Arrays.copyOfRange(all, (int) offset, (int) offset + length);
    }
}
