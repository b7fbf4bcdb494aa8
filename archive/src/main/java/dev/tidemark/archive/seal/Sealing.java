package dev.tidemark.archive.seal;

import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.archive.store.StoreUnavailableException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * How an archive is sealed.
 *
 * @param keys the key-encryption keys; the first seals, all open; none: nothing is sealed
 * @param clear what becomes of objects that are not sealed though there are keys
 * @param random makes data keys
 */
public record Sealing(List<SealingKey> keys, Clear clear, SecureRandom random) {
    /** What to do where a key is needed that is not set. */
    public static final String LOST_KEY_HINT = "put the file of that key into encryption.keys; if every copy of it is"
            + " lost, docs/recovery.md says how to go on (Every key is lost)";

    /** What becomes of objects that are not sealed though there are keys. */
    public enum Clear {
        /** They are taken for damaged: whoever can write to the store may have put them there. */
        REFUSE,
        /** They are read: the archive is older than its encryption. */
        READ
    }

    public Sealing {
        keys = List.copyOf(keys);
        if (keys.stream().map(SealingKey::id).distinct().count() < keys.size()) {
            throw new SealingException("encryption.keys names the same key twice", "each key's file once");
        }
    }

    /** Keys in files. */
    public static Sealing of(List<Path> files, Clear clear) {
        return new Sealing(files.stream().map(SealingKey::read).toList(), clear, new SecureRandom());
    }

    /** The store as its readers see it: what is sealed is opened. The caller closes it, and so {@code store}. */
    public ObjectStore over(ObjectStore store, InstantSource clock) {
        return seen(store, clock);
    }

    /**
     * The same for a service that writes, which must not find out at night that its keys are the wrong ones. A store that
     * does not answer now is no reason not to begin.
     *
     * @param roots what stands before the names of the clusters that will be written
     * @throws SealingException if the keys cannot be right
     */
    public ObjectStore overToWrite(ObjectStore store, Collection<String> roots, InstantSource clock) {
        StoreOver seen = seen(store, clock);
        try {
            roots.forEach(seen::requireWritable);
        } catch (StoreUnavailableException e) {
            // Each write looks again.
        }
        return seen;
    }

    private StoreOver seen(ObjectStore store, InstantSource clock) {
        return keys.isEmpty() ? new ClearStore(store, this, clock) : new SealedStore(store, this, clock);
    }

    /** The key that seals. */
    SealingKey first() {
        return keys.get(0);
    }

    Optional<SealingKey> key(String id) {
        return keys.stream().filter(key -> key.id().equals(id)).findFirst();
    }

    /** None of the keys that are set opens what those keys would open. */
    SealingException lacks(String what, List<String> needed) {
        String set = keys.isEmpty()
                ? "none is set"
                : "set are "
                        + String.join(", ", keys.stream().map(SealingKey::id).toList());
        return new SealingException(
                what + " is sealed with the key " + String.join(" or ", needed) + "; " + set, LOST_KEY_HINT);
    }
}
