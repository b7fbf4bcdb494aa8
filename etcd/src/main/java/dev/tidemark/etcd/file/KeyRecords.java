package dev.tidemark.etcd.file;

import dev.tidemark.etcd.file.Varints.MalformedMessage;
import dev.tidemark.schemas.Change;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The records of bucket {@code key}: revision bytes and mvccpb.KeyValue, by hand and byte for byte as etcd writes them,
 * because HashKV is over these bytes. A tombstone's value holds only the key; the record that a revision bump leaves
 * behind has an empty value.
 *
 * <p>Decoding accepts nothing that encoding would not write back identically: fields ascend, none is zero or unknown,
 * and the mod revision is the record's own.
 */
final class KeyRecords {
    /** Main, '_', sub. */
    static final int REVISION_SIZE = 17;

    private static final int TOMBSTONE_SIZE = 18;
    private static final int SUB_AT = 9;
    private static final byte SEPARATOR = '_';
    private static final byte TOMBSTONE = 't';

    private static final byte KEY = 0x0A;
    private static final byte CREATE_REVISION = 0x10;
    private static final byte MOD_REVISION = 0x18;
    private static final byte VERSION = 0x20;
    private static final byte VALUE = 0x2A;
    private static final byte LEASE = 0x30;

    private static final byte[] EMPTY = {};
    private static final VarHandle U64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private KeyRecords() {}

    static int keySize(boolean tombstone) {
        return tombstone ? TOMBSTONE_SIZE : REVISION_SIZE;
    }

    /** Writes a record's key, {@link #keySize} bytes. */
    static void putKey(byte[] to, int at, long main, long sub, boolean tombstone) {
        U64.set(to, at, main);
        to[at + Long.BYTES] = SEPARATOR;
        U64.set(to, at + SUB_AT, sub);
        if (tombstone) {
            to[at + REVISION_SIZE] = TOMBSTONE;
        }
    }

    /** The exact size of {@link #putValue}. */
    static int valueSize(Change change) {
        long size = bytesSize(change.key());
        if (!change.isTombstone()) {
            size += numberSize(change.createRevision())
                    + numberSize(modRevision(change))
                    + numberSize(change.version())
                    + bytesSize(change.value())
                    + numberSize(change.lease());
        }
        return Math.toIntExact(size);
    }

    /** Writes a record's value and gives the offset after it. */
    static int putValue(byte[] to, int at, Change change) {
        int next = putBytes(to, at, KEY, change.key());
        if (change.isTombstone()) {
            return next;
        }
        next = putNumber(to, next, CREATE_REVISION, change.createRevision());
        next = putNumber(to, next, MOD_REVISION, modRevision(change));
        next = putNumber(to, next, VERSION, change.version());
        next = putBytes(to, next, VALUE, change.value());
        return putNumber(to, next, LEASE, change.lease());
    }

    /** The record that {@code etcdutl snapshot restore --bump-revision} leaves behind: an empty KeyValue. */
    static boolean isBump(Change change) {
        return !change.isTombstone()
                && change.key().length == 0
                && change.value().length == 0
                && change.createRevision() == 0
                && change.version() == 0
                && change.lease() == 0;
    }

    static long main(byte[] bytes, int keyAt) {
        return (long) U64.get(bytes, keyAt);
    }

    static long sub(byte[] bytes, int keyAt) {
        return (long) U64.get(bytes, keyAt + SUB_AT);
    }

    /** The main revision of a compaction mark; 0 after a compaction at revision 0, which etcd allows once. */
    static long compactionMark(byte[] value) {
        if (value.length != REVISION_SIZE || value[Long.BYTES] != SEPARATOR || main(value, 0) < 0) {
            throw new MalformedMessage("a compaction mark is not a revision");
        }
        return main(value, 0);
    }

    /** Refuses a key that is not a revision, as etcd 3.6 does by a panic. */
    static void checkKey(byte[] bytes, int keyAt, int keySize) {
        if (keySize != REVISION_SIZE && keySize != TOMBSTONE_SIZE) {
            throw new MalformedMessage("a record's key has " + keySize + " bytes");
        }
        if (bytes[keyAt + Long.BYTES] != SEPARATOR
                || (keySize == TOMBSTONE_SIZE && bytes[keyAt + REVISION_SIZE] != TOMBSTONE)
                || main(bytes, keyAt) < 1
                || sub(bytes, keyAt) < 0) {
            throw new MalformedMessage("a record's key is not a revision");
        }
    }

    /** Decodes a record. */
    static Change decode(
            byte[] bytes, int keyAt, int keySize, int valueAt, int valueSize, long capturedAt, long notBefore) {
        checkKey(bytes, keyAt, keySize);
        long main = main(bytes, keyAt);
        long sub = sub(bytes, keyAt);
        Fields fields = new Fields(bytes, valueAt, valueSize);
        if (keySize == TOMBSTONE_SIZE) {
            if (fields.seen > KEY) {
                throw new MalformedMessage("the tombstone " + main + "/" + sub + " holds more than its key");
            }
            return Change.delete(main, sub, fields.key, capturedAt, notBefore);
        }
        Change put = Change.put(
                main,
                sub,
                fields.key,
                fields.value,
                fields.createRevision,
                fields.version,
                fields.lease,
                capturedAt,
                notBefore);
        if (fields.modRevision != modRevision(put)) {
            throw new MalformedMessage("the record " + main + "/" + sub + " says revision " + fields.modRevision);
        }
        return put;
    }

    private static long modRevision(Change change) {
        return isBump(change) ? 0 : change.main();
    }

    private static int numberSize(long value) {
        return value == 0 ? 0 : 1 + Varints.size(value);
    }

    private static long bytesSize(byte[] value) {
        return value.length == 0 ? 0 : 1L + Varints.size(value.length) + value.length;
    }

    private static int putNumber(byte[] to, int at, byte tag, long value) {
        if (value == 0) {
            return at;
        }
        to[at] = tag;
        return Varints.put(to, at + 1, value);
    }

    private static int putBytes(byte[] to, int at, byte tag, byte[] value) {
        if (value.length == 0) {
            return at;
        }
        to[at] = tag;
        int next = Varints.put(to, at + 1, value.length);
        System.arraycopy(value, 0, to, next, value.length);
        return next + value.length;
    }

    /** The fields of one KeyValue. */
    private static final class Fields {
        private byte[] key = EMPTY;
        private byte[] value = EMPTY;
        private long createRevision;
        private long modRevision;
        private long version;
        private long lease;
        private long seen;

        Fields(byte[] bytes, int from, int length) {
            Varints.Reader reader = new Varints.Reader(bytes, from, length);
            while (reader.hasMore()) {
                long tag = reader.next();
                long number = reader.next();
                if (tag <= seen || number == 0) {
                    throw new MalformedMessage("a record's fields are not in etcd's form");
                }
                seen = tag;
                take(tag, number, bytes, reader);
            }
        }

        private void take(long tag, long number, byte[] bytes, Varints.Reader reader) {
            if (tag == KEY) {
                key = slice(bytes, reader, number);
            } else if (tag == CREATE_REVISION) {
                createRevision = number;
            } else if (tag == MOD_REVISION) {
                modRevision = number;
            } else if (tag == VERSION) {
                version = number;
            } else if (tag == VALUE) {
                value = slice(bytes, reader, number);
            } else if (tag == LEASE) {
                lease = number;
            } else {
                throw new MalformedMessage("a record has the unknown field " + (tag >>> 3));
            }
        }

        private static byte[] slice(byte[] bytes, Varints.Reader reader, long length) {
            int at = reader.skip(length);
            return Arrays.copyOfRange(bytes, at, at + (int) length);
        }
    }
}
