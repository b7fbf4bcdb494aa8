package dev.tidemark.restorer;

import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.archive.store.ObjectStore;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A way to a store on which the first answer of each kind for each name is spoiled, and every later one is right. */
public final class BadWay {
    /** What happens to the first answer. */
    public enum Fault {
        /** A stream has a wrong byte. */
        WRONG_BYTE,
        /** A stream breaks in its middle. */
        CUT,
        /** The first name of a listing has a wrong digit. */
        WRONG_NAME,
        /** A listing is empty. */
        EMPTY
    }

    private final ObjectStore store;
    private final Fault fault;
    private final String part;
    private final Set<String> spoiled = new HashSet<>();

    private BadWay(ObjectStore store, Fault fault, String part) {
        this.store = store;
        this.fault = fault;
        this.part = part;
    }

    public static ObjectStore to(ObjectStore store, Fault fault) {
        return to(store, fault, "");
    }

    /** Only what a name or prefix with that part asks for is spoiled. */
    public static ObjectStore to(ObjectStore store, Fault fault, String part) {
        BadWay way = new BadWay(store, fault, part);
        return (ObjectStore) Proxy.newProxyInstance(
                BadWay.class.getClassLoader(), new Class<?>[] {ObjectStore.class}, (proxy, method, args) -> {
                    try {
                        return way.spoil(method.getName(), args, method.invoke(way.store, args));
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private synchronized Object spoil(String method, Object[] args, Object answer) {
        boolean listings = fault == Fault.WRONG_NAME || fault == Fault.EMPTY;
        boolean meant = method.equals(listings ? "list" : "open") && ((String) args[0]).contains(part);
        if (!meant || !spoiled.add(listings ? args[0] + " after " + args[1] : (String) args[0])) {
            return answer;
        }
        return switch (fault) {
            case WRONG_BYTE, CUT -> spoiled(store.get((String) args[0]));
            case WRONG_NAME -> renamed(answer);
            case EMPTY -> List.of();
        };
    }

    private InputStream spoiled(byte[] bytes) {
        if (fault == Fault.CUT) {
            return new FilterInputStream(new ByteArrayInputStream(bytes, 0, bytes.length / 2)) {
                @Override
                public int read(byte[] into, int offset, int length) throws IOException {
                    int read = super.read(into, offset, length);
                    if (read < 0) {
                        throw new IOException("the connection broke on purpose");
                    }
                    return read;
                }
            };
        }
        bytes[bytes.length / 2] ^= 1;
        return new ByteArrayInputStream(bytes);
    }

    /** One bit of a digit: a newest name becomes one that is newer by as much as half of all there can be. */
    private static List<ObjectInfo> renamed(Object answer) {
        List<ObjectInfo> infos = new ArrayList<>();
        for (Object info : (List<?>) answer) {
            infos.add((ObjectInfo) info);
        }
        if (!infos.isEmpty()) {
            ObjectInfo first = infos.get(0);
            infos.set(0, new ObjectInfo(first.name().replace("/7f", "/3f"), first.bytes(), first.storedAt()));
        }
        return infos;
    }
}
