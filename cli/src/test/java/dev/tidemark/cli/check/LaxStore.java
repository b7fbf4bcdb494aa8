package dev.tidemark.cli.check;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.store.CreateOutcome;
import dev.tidemark.archive.store.MissingObjectException;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.archive.store.ObjectStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A store that keeps the contract but for one vice. */
final class LaxStore implements ObjectStore {
    /** What it does wrong. */
    enum Vice {
        NONE,
        IGNORES_THE_CONDITION,
        LOOKS_BEFORE_IT_CREATES,
        REMEMBERS_WHAT_WAS_MISSING,
        LISTS_LATE,
        KEEPS_THE_DELETED,
        IGNORES_RANGES,
        CHANGES_LARGE_OBJECTS,
        LISTS_OUT_OF_ORDER,
        LOSES_A_NAME_BETWEEN_PAGES,
        LOSES_ANSWERS,
        LOSES_THE_FIRST_ANSWERS,
        LOSES_ANSWERS_AND_IGNORES_THE_CONDITION,
        IS_SLOW
    }

    private static final int PAGE = 1_000;
    private static final int FIRST = 12;

    private final Map<String, byte[]> objects = new ConcurrentSkipListMap<>();
    private final Set<String> missed = ConcurrentHashMap.newKeySet();
    private final Set<String> deleted = ConcurrentHashMap.newKeySet();
    private final Set<String> unlisted = ConcurrentHashMap.newKeySet();
    private final AtomicInteger creations = new AtomicInteger();
    private final Vice vice;

    LaxStore(Vice vice) {
        this.vice = vice;
    }

    /** How many objects it really holds. */
    int size() {
        return objects.size();
    }

    @Override
    public void put(String name, Path file) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            if (vice == Vice.CHANGES_LARGE_OBJECTS) {
                bytes[bytes.length / 2] ^= 1;
            }
            put(name, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void put(String name, byte[] bytes) {
        if (vice == Vice.IS_SLOW) {
            pause(20);
        }
        unlisted.add(name);
        objects.put(name, bytes);
    }

    @Override
    public CreateOutcome createIfAbsent(String name, byte[] bytes) {
        if (vice == Vice.IGNORES_THE_CONDITION) {
            objects.put(name, bytes);
            return CreateOutcome.CREATED;
        }
        if (vice == Vice.LOOKS_BEFORE_IT_CREATES) {
            if (objects.containsKey(name)) {
                return CreateOutcome.EXISTS;
            }
            pause(1);
            objects.put(name, bytes);
            return CreateOutcome.CREATED;
        }
        int creation = creations.getAndIncrement();
        if (vice == Vice.LOSES_ANSWERS_AND_IGNORES_THE_CONDITION) {
            objects.put(name, bytes);
            return creation % 4 == 0 ? CreateOutcome.UNKNOWN : CreateOutcome.CREATED;
        }
        CreateOutcome outcome = objects.putIfAbsent(name, bytes) == null ? CreateOutcome.CREATED : CreateOutcome.EXISTS;
        boolean lost = vice == Vice.LOSES_ANSWERS
                ? outcome == CreateOutcome.CREATED
                : vice == Vice.LOSES_THE_FIRST_ANSWERS && creation < FIRST;
        return lost ? CreateOutcome.UNKNOWN : outcome;
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public byte[] get(String name) {
        return find(name).orElseThrow(() -> new MissingObjectException(name, "lax", null));
    }

    private Optional<byte[]> find(String name) {
        if (vice == Vice.REMEMBERS_WHAT_WAS_MISSING && missed.contains(name)) {
            return Optional.empty();
        }
        byte[] bytes = objects.get(name);
        if (bytes == null) {
            missed.add(name);
        }
        return Optional.ofNullable(bytes);
    }

    @Override
    public byte[] read(String name, long offset, int length) {
        byte[] bytes = get(name);
        if (vice == Vice.IGNORES_RANGES) {
            return bytes;
        }
        if (offset + length > bytes.length) {
            throw new DamagedObjectException(name, "too short");
        }
        return Arrays.copyOfRange(bytes, (int) offset, (int) offset + length);
    }

    @Override
    public InputStream open(String name) {
        return new ByteArrayInputStream(get(name));
    }

    @Override
    public List<ObjectInfo> list(String prefix, String startAfter, int max) {
        List<ObjectInfo> found = new ArrayList<>(objects.keySet().stream()
                .filter(name -> name.startsWith(prefix) && name.compareTo(startAfter) > 0)
                .filter(name -> vice != Vice.LISTS_LATE || !unlisted.remove(name))
                .limit(max)
                .map(name -> new ObjectInfo(name, objects.get(name).length, Instant.now()))
                .toList());
        if (vice == Vice.LOSES_A_NAME_BETWEEN_PAGES && found.size() > PAGE) {
            found.remove(PAGE);
        }
        if (vice == Vice.LISTS_OUT_OF_ORDER) {
            Collections.reverse(found);
        }
        return found;
    }

    @Override
    public Optional<ObjectInfo> stat(String name) {
        boolean kept = vice == Vice.KEEPS_THE_DELETED && deleted.contains(name);
        return kept
                ? Optional.of(new ObjectInfo(name, 1, Instant.now()))
                : find(name).map(bytes -> new ObjectInfo(name, bytes.length, Instant.now()));
    }

    @Override
    public void delete(String name) {
        objects.remove(name);
        deleted.add(name);
    }

    @Override
    public URI uri() {
        return URI.create("lax:///");
    }

    @Override
    public void close() {
        // The objects stay.
    }
}
