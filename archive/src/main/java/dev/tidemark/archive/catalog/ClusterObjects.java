package dev.tidemark.archive.catalog;

import dev.tidemark.archive.store.CreateOutcome;
import dev.tidemark.archive.store.MissingObjectException;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.archive.store.SoundReads;
import dev.tidemark.archive.store.StoreUnavailableException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

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

    /**
     * The newest name of a chain below a prefix. A listing has no checksum, and a bit that flips on its way makes one
     * name of another, perhaps of an older link: so the two newest must be neighbours, or a second listing decides.
     */
    Optional<String> newest(String prefix) {
        List<String> seen = newestTwo(prefix);
        if (seen.isEmpty() || areNeighbours(prefix, seen)) {
            return seen.stream().findFirst();
        }
        List<String> again = newestTwo(prefix);
        if (!again.equals(seen) && !areNeighbours(prefix, again)) {
            throw new StoreUnavailableException(
                    "the newest names below " + full(prefix) + " in " + store.uri() + " are " + seen + ", then "
                            + again,
                    "something between here and the store changes bytes: network, proxy or memory",
                    null);
        }
        if (!again.equals(seen)) {
            SoundReads.arrivedDamaged("the listing of " + full(prefix));
        }
        return again.stream().findFirst();
    }

    /** The newest name below a prefix, where any but the newest may have been deleted. */
    Optional<String> newestLeft(String prefix) {
        return newestTwo(prefix).stream().findFirst();
    }

    private List<String> newestTwo(String prefix) {
        return store.list(full(prefix), "", 2).stream()
                .map(info -> info.name().substring(root.length()))
                .toList();
    }

    private static boolean areNeighbours(String prefix, List<String> names) {
        if (!names.stream().allMatch(name -> name.startsWith(prefix) && ArchiveLayout.isSequenced(name))) {
            return false;
        }
        long older = names.size() < 2 ? -1 : ArchiveLayout.sequence(names.get(1));
        return ArchiveLayout.sequence(names.get(0)) == older + 1;
    }

    byte[] get(String name) {
        return store.get(full(name));
    }

    /** The object; its bytes fail the check only if they do so where they rest. */
    byte[] get(String name, Predicate<byte[]> sound) {
        return SoundReads.get(store, full(name), sound);
    }

    /** The object, if it is there; its bytes fail a check only if they do so where they rest. */
    Optional<byte[]> find(String name) {
        try {
            return Optional.of(get(name, Envelope::isWhole));
        } catch (MissingObjectException e) {
            return Optional.empty();
        }
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
