package dev.tidemark.archive.seal;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.store.CreateOutcome;
import dev.tidemark.archive.store.MissingObjectException;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.archive.store.StoreUnavailableException;
import dev.tidemark.schemas.Failure;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The data keys of one cluster: one a day, made by whoever seals first, and found by who seals later. Each rests in the
 * archive once for every key-encryption key that may open it, as {@code k/20261201-9f86d081884c7d65.0a1b2c3d4e5f6071}:
 * data key, key-encryption key. A new key-encryption key takes new wraps and touches no data. Thread-safe.
 */
public final class KeyRing {
    private static final byte[] MAGIC = {'T', 'M', 'W', 'K', 1};
    private static final int BATCH = 1_000;
    private static final int WRITE_TRIES = 3;

    private final ObjectStore store;
    private final String root;
    private final Sealing sealing;
    private final InstantSource clock;
    private final SecureRandom random;
    private final Map<String, DataKey> opened = new ConcurrentHashMap<>();
    private DataKey current;

    /**
     * The data keys of the cluster whose objects stand below a root.
     *
     * @param store where the archive is, not sealed
     * @param root what stands before the cluster's names: empty, or ends in a slash
     */
    public KeyRing(ObjectStore store, String root, Sealing sealing, InstantSource clock, SecureRandom random) {
        this.store = store;
        this.root = root;
        this.sealing = sealing;
        this.clock = clock;
        this.random = random;
    }

    /** Whether anything is changed. */
    public enum Effect {
        /** It is only worked out what would be. */
        NONE,
        REAL
    }

    /** What became of one wrap. */
    public enum Wrap {
        /** A key that is set opens it. */
        OPENS,
        /** Its key is not set. */
        KEY_NOT_SET,
        /** Its key is set and does not open it: it is damaged, or of another cluster. */
        DAMAGED
    }

    /**
     * A data key and its wraps.
     *
     * @param dataKey its id
     * @param wraps what became of each, by the id of its key-encryption key
     */
    public record Entry(String dataKey, Map<String, Wrap> wraps) {
        public Entry {
            wraps = Map.copyOf(wraps);
        }

        /** Whether a key that is set opens the data key. */
        public boolean opens() {
            return wraps.containsValue(Wrap.OPENS);
        }
    }

    /**
     * The key that seals today: one of today's that opens, else a new one.
     *
     * @throws SealingException if there are data keys, and the keys that are set open none of the newest day's: they are
     *     others than those that the archive is sealed with, or another service's are
     */
    synchronized DataKey current() {
        String day = DataKeyId.day(clock.instant());
        if (current == null || !current.id().startsWith(day)) {
            current = found(day).orElseGet(this::make);
        }
        return current;
    }

    /** One of today's; whichever of our keys opens it, all of them do from now on. */
    private Optional<DataKey> found(String day) {
        for (Map.Entry<String, List<WrapName>> one :
                wraps(ArchiveLayout.keys() + day).entrySet()) {
            Optional<byte[]> secret = secret(one.getValue());
            if (secret.isPresent()) {
                wrapForAll(one.getKey(), secret.get(), one.getValue());
                return Optional.of(remembered(one.getKey(), secret.get()));
            }
        }
        return Optional.empty();
    }

    private DataKey make() {
        requireOurs();
        String id = DataKeyId.next(clock.instant(), random);
        byte[] secret = new byte[DataKey.BYTES];
        random.nextBytes(secret);
        wrapForAll(id, secret, List.of());
        return remembered(id, secret);
    }

    /** Nobody begins to seal for other keys than everybody else. */
    private void requireOurs() {
        NavigableMap<String, List<WrapName>> all = wraps(ArchiveLayout.keys());
        if (!all.isEmpty()) {
            String day = DataKeyId.dayOf(all.lastKey());
            boolean ours = all.tailMap(day).values().stream()
                    .flatMap(List::stream)
                    .anyMatch(wrap -> sealing.key(wrap.key).isPresent());
            if (!ours) {
                throw lacks(all.lastKey(), all.lastEntry().getValue());
            }
        }
    }

    private void wrapForAll(String id, byte[] secret, List<WrapName> there) {
        for (SealingKey key : sealing.keys()) {
            if (there.stream().noneMatch(wrap -> wrap.key.equals(key.id()))) {
                wrap(id, secret, key);
            }
        }
    }

    private Optional<byte[]> secret(List<WrapName> wraps) {
        return wraps.stream()
                .flatMap(wrap -> sealing.key(wrap.key).flatMap(key -> unwrap(wrap, key)).stream())
                .findFirst();
    }

    private DataKey remembered(String id, byte[] secret) {
        return opened.computeIfAbsent(id, key -> new DataKey(key, secret));
    }

    /** A data key is used only when its wrap was read back and opened. */
    private void wrap(String id, byte[] secret, SealingKey key) {
        WrapName name = new WrapName(root, id, key.id());
        byte[] wrapped = key.wrap(secret, name.bytes());
        byte[] object = ByteBuffer.allocate(MAGIC.length + wrapped.length)
                .put(MAGIC)
                .put(wrapped)
                .array();
        for (int tries = 0; tries < WRITE_TRIES; tries++) {
            CreateOutcome outcome = store.createIfAbsent(name.full(), object);
            if (outcome == CreateOutcome.UNKNOWN && !store.exists(name.full())) {
                continue;
            }
            if (unwrap(name, key).filter(back -> Arrays.equals(back, secret)).isEmpty()) {
                throw new DamagedObjectException(name.full(), "was written just now, and does not read back the same");
            }
            return;
        }
        throw new StoreUnavailableException(
                "the data key " + name.full() + " could not be written to " + store.uri(),
                "is the store running? nothing is lost by trying again",
                null);
    }

    /**
     * A data key that an object names.
     *
     * @return empty if there is no such data key
     * @throws SealingException if there is, and none of the keys that are set opens it
     * @throws DamagedObjectException if its wrap is damaged, and there is no other
     */
    Optional<DataKey> find(String id) {
        DataKey known = opened.get(id);
        return known != null ? Optional.of(known) : look(id);
    }

    private Optional<DataKey> look(String id) {
        for (SealingKey key : sealing.keys()) {
            Optional<byte[]> secret = unwrap(new WrapName(root, id, key.id()), key);
            if (secret.isPresent()) {
                return Optional.of(remembered(id, secret.get()));
            }
        }
        List<WrapName> wraps = wraps(ArchiveLayout.keys() + id + ".").getOrDefault(id, List.of());
        if (wraps.isEmpty()) {
            return Optional.empty();
        }
        throw lacks(id, wraps);
    }

    /** Why none of a data key's wraps opens. */
    private ArchiveException lacks(String id, List<WrapName> wraps) {
        Optional<WrapName> damaged =
                wraps.stream().filter(wrap -> sealing.key(wrap.key).isPresent()).findFirst();
        return damaged.isPresent()
                ? damaged(damaged.get())
                : sealing.lacks(
                        root + ArchiveLayout.keys() + id,
                        wraps.stream().map(WrapName::key).toList());
    }

    private static DamagedObjectException damaged(WrapName wrap) {
        return new DamagedObjectException(wrap.full(), wrap.problem());
    }

    /** The wraps that are of no use though their keys are set: what is wrong with each, by its whole name. */
    Map<String, String> damaged() {
        Map<String, String> damaged = new TreeMap<>();
        wraps(ArchiveLayout.keys()).values().stream()
                .flatMap(List::stream)
                .filter(wrap -> look(wrap) == Wrap.DAMAGED)
                .forEach(wrap -> damaged.put(wrap.full(), wrap.problem()));
        return damaged;
    }

    private Optional<byte[]> unwrap(WrapName name, SealingKey key) {
        for (int reads = 0; reads < 2; reads++) {
            try {
                byte[] object = store.get(name.full());
                if (object.length > MAGIC.length && Arrays.equals(object, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
                    Optional<byte[]> secret =
                            key.unwrap(Arrays.copyOfRange(object, MAGIC.length, object.length), name.bytes());
                    if (secret.isPresent()) {
                        return secret;
                    }
                }
            } catch (MissingObjectException e) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** All data keys, oldest first, and whether the keys that are set open them; reads every wrap of such a key. */
    public List<Entry> entries() {
        return entries(Integer.MAX_VALUE);
    }

    /** The same of so many of the newest. */
    public List<Entry> entries(int newest) {
        List<Entry> entries = new ArrayList<>();
        NavigableMap<String, List<WrapName>> all = wraps(ArchiveLayout.keys());
        all.entrySet().stream().skip(Math.max(0, all.size() - newest)).forEach(one -> {
            Map<String, Wrap> wraps = new TreeMap<>();
            one.getValue().forEach(name -> wraps.put(name.key, look(name)));
            entries.add(new Entry(one.getKey(), wraps));
        });
        return entries;
    }

    private Wrap look(WrapName name) {
        return sealing.key(name.key)
                .map(key -> unwrap(name, key).isPresent() ? Wrap.OPENS : Wrap.DAMAGED)
                .orElse(Wrap.KEY_NOT_SET);
    }

    /**
     * Wraps every data key for the first key that is set, where it is not yet, and anew where that wrap is damaged.
     *
     * @return how many wraps were added, or would be
     * @throws ArchiveException if a data key cannot be opened; all others are wrapped then
     */
    public synchronized int rewrap(Effect effect) {
        String first = sealing.first().id();
        int added = 0;
        Optional<ArchiveException> failure = Optional.empty();
        for (Map.Entry<String, List<WrapName>> one : wraps(ArchiveLayout.keys()).entrySet()) {
            WrapName own = new WrapName(root, one.getKey(), first);
            boolean there = one.getValue().contains(own);
            if (there && look(own) == Wrap.OPENS) {
                continue;
            }
            Optional<byte[]> secret = secret(one.getValue());
            if (secret.isEmpty()) {
                failure = failure.or(() -> Optional.of(lacks(one.getKey(), one.getValue())));
                continue;
            }
            if (effect == Effect.REAL) {
                if (there) {
                    store.delete(own.full());
                }
                wrap(one.getKey(), secret.get(), sealing.first());
            }
            added++;
        }
        failure.ifPresent(e -> {
            throw e;
        });
        return added;
    }

    /**
     * Removes all wraps of a key-encryption key.
     *
     * @return how many wraps were removed, or would be
     * @throws SealingException if it is the key that seals, or opens nothing, or a data key would be left that no key that
     *     is set opens; nothing is removed then
     */
    public synchronized int drop(String key, Effect effect) {
        if (key.equals(sealing.first().id())) {
            throw new SealingException(
                    Failure.REFUSED,
                    "key " + key + " is the one that seals",
                    "put the new key first into encryption.keys, then tidemark keys --rewrap",
                    null);
        }
        List<Entry> wrapped = entries().stream()
                .filter(entry -> entry.wraps().containsKey(key))
                .toList();
        if (wrapped.isEmpty()) {
            throw new SealingException("key " + key + " opens no data key", "tidemark keys shows the ids");
        }
        for (Entry entry : wrapped) {
            if (entry.wraps().entrySet().stream()
                    .noneMatch(wrap -> !wrap.getKey().equals(key) && wrap.getValue() == Wrap.OPENS)) {
                throw new SealingException(
                        Failure.REFUSED,
                        "data key " + entry.dataKey() + " below " + root + " would be lost: no other key that is set"
                                + " opens it",
                        "set the new key first in encryption.keys, then tidemark keys --rewrap",
                        null);
            }
        }
        if (effect == Effect.REAL) {
            wrapped.forEach(entry -> store.delete(new WrapName(root, entry.dataKey(), key).full()));
        }
        return wrapped.size();
    }

    /** The wraps below a prefix by their data keys, oldest first. */
    private NavigableMap<String, List<WrapName>> wraps(String prefix) {
        NavigableMap<String, List<WrapName>> wraps = new TreeMap<>();
        for (ObjectInfo info : list(prefix)) {
            WrapName name = WrapName.of(root, info.name());
            wraps.computeIfAbsent(name.dataKey, id -> new ArrayList<>()).add(name);
        }
        return wraps;
    }

    private List<ObjectInfo> list(String prefix) {
        List<ObjectInfo> all = new ArrayList<>();
        List<ObjectInfo> batch;
        do {
            String after = all.isEmpty() ? "" : all.get(all.size() - 1).name();
            batch = store.list(root + prefix, after, BATCH);
            all.addAll(batch);
        } while (batch.size() == BATCH);
        return all.stream().filter(info -> WrapName.isOne(root, info.name())).toList();
    }

    /** The name of a wrap. */
    private record WrapName(String root, String dataKey, String key) {
        static boolean isOne(String root, String name) {
            String rest = name.substring((root + ArchiveLayout.keys()).length());
            return rest.length() > DataKeyId.LENGTH + 1
                    && DataKeyId.isOne(rest.substring(0, DataKeyId.LENGTH))
                    && rest.charAt(DataKeyId.LENGTH) == '.'
                    && SealingKey.isId(rest.substring(DataKeyId.LENGTH + 1));
        }

        static WrapName of(String root, String name) {
            String rest = name.substring((root + ArchiveLayout.keys()).length());
            return new WrapName(root, rest.substring(0, DataKeyId.LENGTH), rest.substring(DataKeyId.LENGTH + 1));
        }

        String full() {
            return root + ArchiveLayout.wrappedKey(dataKey, key);
        }

        /** What is wrong where its key does not open it. */
        String problem() {
            return "key " + key + " does not open it: it is damaged, or was written for another name";
        }

        byte[] bytes() {
            return full().getBytes(StandardCharsets.US_ASCII);
        }
    }
}
