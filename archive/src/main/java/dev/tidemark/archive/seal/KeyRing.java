package dev.tidemark.archive.seal;

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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The data keys of one cluster: one a day, made by whoever seals first, and found by who seals later. Each rests in the
 * archive once for every key-encryption key that may open it, as {@code k/20261201-9f86d081884c7d65.0a1b2c3d4e5f6071}:
 * data key, key-encryption key. A new key-encryption key takes new wraps and touches no data. Thread-safe.
 */
public final class KeyRing {
    private static final byte[] MAGIC = {'T', 'M', 'W', 'K', 1};
    private static final int BATCH = 1_000;
    private static final int WRITE_TRIES = 10;

    private final ObjectStore store;
    private final String root;
    private final Sealing sealing;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, DataKey> opened = new HashMap<>();
    private DataKey current;

    /**
     * The data keys of the cluster whose objects stand below a root.
     *
     * @param store where the archive is, not sealed
     * @param root what stands before the cluster's names: empty, or ends in a slash
     */
    public KeyRing(ObjectStore store, String root, Sealing sealing, InstantSource clock) {
        this.store = store;
        this.root = root;
        this.sealing = sealing;
        this.clock = clock;
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

    /** The key that seals today. */
    synchronized DataKey current() {
        String day = DataKeyId.day(clock.instant());
        if (current == null || !current.id().startsWith(day)) {
            current = found(day).orElseGet(this::make);
        }
        return current;
    }

    /** One of today's that the first key-encryption key opens: whoever rotates keys wants it to be used from now on. */
    private Optional<DataKey> found(String day) {
        String end = "." + sealing.first().id();
        for (ObjectInfo info : list(ArchiveLayout.keys() + day)) {
            if (info.name().endsWith(end)) {
                WrapName name = WrapName.of(root, info.name());
                Optional<byte[]> secret = unwrap(name, sealing.first());
                if (secret.isPresent()) {
                    return Optional.of(remembered(name.dataKey, secret.get()));
                }
            }
        }
        return Optional.empty();
    }

    private DataKey make() {
        String id = DataKeyId.next(clock.instant(), random);
        byte[] secret = new byte[DataKey.BYTES];
        random.nextBytes(secret);
        wrap(id, secret, sealing.first());
        return remembered(id, secret);
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
    synchronized Optional<DataKey> find(String id) {
        DataKey known = opened.get(id);
        if (known != null) {
            return Optional.of(known);
        }
        for (SealingKey key : sealing.keys()) {
            Optional<byte[]> secret = unwrap(new WrapName(root, id, key.id()), key);
            if (secret.isPresent()) {
                return Optional.of(remembered(id, secret.get()));
            }
        }
        List<WrapName> wraps = list(ArchiveLayout.keys() + id + ".").stream()
                .map(info -> WrapName.of(root, info.name()))
                .toList();
        if (wraps.isEmpty()) {
            return Optional.empty();
        }
        wraps.stream()
                .filter(wrap -> sealing.key(wrap.key).isPresent())
                .findFirst()
                .ifPresent(wrap -> {
                    throw damaged(wrap);
                });
        throw sealing.lacks(
                root + ArchiveLayout.keys() + id,
                wraps.stream().map(WrapName::key).toList());
    }

    private static DamagedObjectException damaged(WrapName wrap) {
        return new DamagedObjectException(
                wrap.full(), "key " + wrap.key + " does not open it: it is damaged, or was written for another name");
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
    public synchronized List<Entry> entries() {
        Map<String, Map<String, Wrap>> all = new TreeMap<>();
        for (ObjectInfo info : list(ArchiveLayout.keys())) {
            WrapName name = WrapName.of(root, info.name());
            all.computeIfAbsent(name.dataKey, id -> new TreeMap<>()).put(name.key, look(name));
        }
        List<Entry> entries = new ArrayList<>();
        all.forEach((id, wraps) -> entries.add(new Entry(id, wraps)));
        return entries;
    }

    private Wrap look(WrapName name) {
        return sealing.key(name.key)
                .map(key -> unwrap(name, key).isPresent() ? Wrap.OPENS : Wrap.DAMAGED)
                .orElse(Wrap.KEY_NOT_SET);
    }

    /**
     * Wraps every data key for the first key that is set, where it is not yet.
     *
     * @return how many wraps were added
     * @throws SealingException if a data key cannot be opened; those before it are wrapped then
     */
    public synchronized int rewrap() {
        int added = 0;
        for (Entry entry : entries()) {
            if (entry.wraps().get(sealing.first().id()) != Wrap.OPENS) {
                wrap(entry.dataKey(), secret(entry), sealing.first());
                added++;
            }
        }
        return added;
    }

    private byte[] secret(Entry entry) {
        for (SealingKey key : sealing.keys()) {
            if (entry.wraps().get(key.id()) == Wrap.OPENS) {
                WrapName name = new WrapName(root, entry.dataKey(), key.id());
                return unwrap(name, key).orElseThrow(() -> damaged(name));
            }
        }
        throw sealing.lacks(
                root + ArchiveLayout.keys() + entry.dataKey(),
                List.copyOf(entry.wraps().keySet()));
    }

    /**
     * Removes all wraps of a key-encryption key.
     *
     * @return how many wraps were removed
     * @throws SealingException if a data key would be left that no key that is set opens; nothing is removed then
     */
    public synchronized int drop(String key) {
        List<Entry> wrapped = entries().stream()
                .filter(entry -> entry.wraps().containsKey(key))
                .toList();
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
        wrapped.forEach(entry -> store.delete(new WrapName(root, entry.dataKey(), key).full()));
        return wrapped.size();
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
                    && rest.charAt(DataKeyId.LENGTH) == '.';
        }

        static WrapName of(String root, String name) {
            String rest = name.substring((root + ArchiveLayout.keys()).length());
            return new WrapName(root, rest.substring(0, DataKeyId.LENGTH), rest.substring(DataKeyId.LENGTH + 1));
        }

        String full() {
            return root + ArchiveLayout.wrappedKey(dataKey, key);
        }

        byte[] bytes() {
            return full().getBytes(StandardCharsets.US_ASCII);
        }
    }
}
