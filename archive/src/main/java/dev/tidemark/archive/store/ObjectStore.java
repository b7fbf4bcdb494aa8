package dev.tidemark.archive.store;

import java.io.Closeable;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Immutable objects by name, in one flat space. The interface holds only what the archive uses.
 *
 * <p>Names are ASCII: parts of letters, digits, {@code . _ - ~}, not empty and not beginning with a dot, joined by single
 * slashes; for example {@code prod/g/7ffffffffffffffe}. Anything else is an {@link IllegalArgumentException}.
 *
 * <p>What is written is seen by every read and listing that starts after the call returned. An object is seen whole or
 * not at all, and never changes once it is seen: whoever writes a name that exists breaks the contract, and stores that
 * can tell refuse it with an {@link IllegalStateException}.
 *
 * <p>All methods throw {@link StoreUnavailableException} when the store gives no usable answer within the time allowed
 * (15 s for a store that is not there at all), {@link StoreRefusedException} when it will never answer otherwise (wrong
 * credentials, no such bucket). Reads and plain puts are tried again a few times before that.
 *
 * <p>Thread-safe. After {@link #close} every call fails with an {@link IllegalStateException}.
 */
public interface ObjectStore extends Closeable {
    /** The largest object that {@link #createIfAbsent} takes: one part, and room to seal it. */
    int MAX_CREATE_BYTES = (5 << 20) - (16 << 10);

    /**
     * Stores a file's bytes under a name that nobody ever used before, durably. On an exception the object may or may not
     * be there: the same call may be repeated with the same bytes, or the name given up.
     */
    void put(String name, Path file);

    /** Stores bytes under a name that nobody ever used before; otherwise as {@link #put(String, Path)}. */
    void put(String name, byte[] bytes);

    /**
     * Stores bytes if the name is free, atomically: of any number of callers at most one makes the object. Sent once,
     * never repeated inside. Never throws {@link StoreUnavailableException}: no usable answer is {@link
     * CreateOutcome#UNKNOWN}, after which the object may appear until the request has died (15 minutes at most).
     *
     * @param bytes at most {@link #MAX_CREATE_BYTES}
     */
    CreateOutcome createIfAbsent(String name, byte[] bytes);

    /**
     * The whole object.
     *
     * @throws MissingObjectException if there is none
     */
    byte[] get(String name);

    /**
     * A range of the object.
     *
     * @param offset the first byte, from 0
     * @param length how many bytes, at least 0; a range that reaches beyond the object's end is a {@link
     *     dev.tidemark.archive.DamagedObjectException}: the object is shorter than its index says
     * @throws MissingObjectException if there is none
     */
    byte[] read(String name, long offset, int length);

    /**
     * The whole object as a stream. Its reads throw {@link java.io.IOException} when the transport breaks, or the
     * exceptions above; a stream that ends early is an error, never an end. The caller closes it.
     *
     * @throws MissingObjectException if there is none
     */
    InputStream open(String name);

    /**
     * Objects whose names begin with {@code prefix}, by name, ascending by bytes.
     *
     * @param prefix any beginning of a name, perhaps empty; not only whole parts
     * @param startAfter only names that sort after this one, exclusive; empty for all
     * @param max how many at most, at least 1
     */
    List<ObjectInfo> list(String prefix, String startAfter, int max);

    /** What the store knows about an object; empty if there is none. */
    Optional<ObjectInfo> stat(String name);

    /** Whether there is such an object. */
    default boolean exists(String name) {
        return stat(name).isPresent();
    }

    /** Removes an object; no error if there is none. */
    void delete(String name);

    /**
     * Locks an object for longer, if the store has locked it: then it can be deleted for good only after a time. A lock is
     * never shortened, and what is not locked stays so.
     *
     * @param enough a lock until then or later is let be
     * @param until when a lock that ends before ends from now on
     * @return what became of it
     * @throws MissingObjectException if there is none
     */
    default LockOutcome extendLock(String name, Instant enough, Instant until) {
        return LockOutcome.NOT_LOCKED;
    }

    /**
     * What the store itself needs to give back the objects below a root, and cannot use: what is wrong with it, by name.
     * Nothing where nothing is sealed.
     */
    default Map<String, String> damagedKeys(String root) {
        return Map.of();
    }

    /** Where this is, without credentials, for messages: {@code s3://bucket/prefix}, {@code file:///dir}. */
    URI uri();

    /** Gives back connections and threads; the objects stay. */
    @Override
    void close();
}
