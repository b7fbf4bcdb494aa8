package dev.tidemark.restorer;

import dev.tidemark.schemas.Change;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;

/** etcd's HashKV over a plain list of records, written down as etcd's source has it and without any of our codecs. */
public final class NaiveHashKv {
    private NaiveHashKv() {}

    /** The hash at a revision of a store that holds {@code records} and is compacted at {@code compacted}. */
    public static long of(List<Change> records, List<Change> liveAtRevision, long revision, long compacted) {
        Set<String> keep = new HashSet<>();
        liveAtRevision.forEach(change -> keep.add(change.main() + "/" + change.sub()));
        CRC32C crc = new CRC32C();
        crc.update("key".getBytes(StandardCharsets.UTF_8));
        for (Change change : records) {
            boolean kept = keep.contains(change.main() + "/" + change.sub());
            boolean skipped = change.main() > revision
                    || (change.main() <= compacted && !keep.isEmpty() && !kept)
                    || (change.main() == compacted && change.isTombstone());
            if (!skipped) {
                crc.update(bucketKey(change));
                crc.update(keyValue(change));
            }
        }
        return crc.getValue();
    }

    private static byte[] bucketKey(Change change) {
        ByteBuffer key = ByteBuffer.allocate(change.isTombstone() ? 18 : 17)
                .putLong(change.main())
                .put((byte) '_')
                .putLong(change.sub());
        if (change.isTombstone()) {
            key.put((byte) 't');
        }
        return key.array();
    }

    private static byte[] keyValue(Change change) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        bytes(out, 0x0a, change.key());
        if (!change.isTombstone()) {
            number(out, 0x10, change.createRevision());
            number(out, 0x18, change.main());
            number(out, 0x20, change.version());
            bytes(out, 0x2a, change.value());
            number(out, 0x30, change.lease());
        }
        return out.toByteArray();
    }

    private static void bytes(ByteArrayOutputStream out, int tag, byte[] value) {
        if (value.length > 0) {
            out.write(tag);
            varint(out, value.length);
            out.writeBytes(value);
        }
    }

    private static void number(ByteArrayOutputStream out, int tag, long value) {
        if (value != 0) {
            out.write(tag);
            varint(out, value);
        }
    }

    private static void varint(ByteArrayOutputStream out, long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
