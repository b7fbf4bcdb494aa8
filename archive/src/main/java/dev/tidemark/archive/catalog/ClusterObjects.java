package dev.tidemark.archive.catalog;

import dev.tidemark.archive.store.CreateOutcome;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.archive.store.ObjectStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The objects of one cluster by their names below its root.
 *
 * @param store where they are
 * @param root what stands before their names there: empty, or ends in a slash
 */
record ClusterObjects(ObjectStore store, String root) {
    /** The name in the store, for messages. */
    String full(String name) {
        return root + name;
    }

    /** The first name below a prefix: of inverted names the newest. */
    Optional<String> first(String prefix) {
        List<ObjectInfo> found = store.list(full(prefix), "", 1);
        return found.stream().map(info -> info.name().substring(root.length())).findFirst();
    }

    byte[] get(String name) {
        return store.get(full(name));
    }

    boolean exists(String name) {
        return store.exists(full(name));
    }

    CreateOutcome createIfAbsent(String name, byte[] bytes) {
        return store.createIfAbsent(full(name), bytes);
    }

    void put(String name, byte[] bytes) {
        store.put(full(name), bytes);
    }

    void put(String name, Path file) {
        store.put(full(name), file);
    }
}
