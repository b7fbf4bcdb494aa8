package dev.tidemark.etcd.file;

import dev.tidemark.etcd.file.Varints.MalformedMessage;
import dev.tidemark.schemas.LeaseTtl;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The records of bucket {@code lease}: id as eight bytes, leasepb.Lease with id and granted TTL. The remaining TTL is
 * neither read nor written: a member without lease checkpoints would never clear it, and extend the lease by it only.
 */
public final class LeaseRecords {
    private static final byte ID = 0x08;
    private static final byte TTL = 0x10;
    private static final byte REMAINING_TTL = 0x18;

    private LeaseRecords() {}

    static BucketEntry encode(LeaseTtl lease) {
        byte[] value = new byte[2 + 2 * 10];
        value[0] = ID;
        int next = Varints.put(value, 1, lease.id());
        if (lease.ttlSeconds() != 0) {
            value[next] = TTL;
            next = Varints.put(value, next + 1, lease.ttlSeconds());
        }
        byte[] key = ByteBuffer.allocate(Long.BYTES).putLong(lease.id()).array();
        return new BucketEntry(key, Arrays.copyOf(value, next));
    }

    /**
     * The lease that a raw pair of bucket {@code lease} says.
     *
     * @throws IllegalArgumentException if it is not one
     */
    public static LeaseTtl decode(BucketEntry entry) {
        try {
            return decode(entry.key(), entry.value());
        } catch (MalformedMessage e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    static LeaseTtl decode(byte[] key, byte[] value) {
        long id = 0;
        long ttl = 0;
        Varints.Reader reader = new Varints.Reader(value, 0, value.length);
        while (reader.hasMore()) {
            long tag = reader.next();
            long number = reader.next();
            if (tag == ID) {
                id = number;
            } else if (tag == TTL) {
                ttl = number;
            } else if (tag != REMAINING_TTL) {
                throw new MalformedMessage("a lease has the unknown field " + (tag >>> 3));
            }
        }
        if (id == 0 || key.length != Long.BYTES || ByteBuffer.wrap(key).getLong() != id) {
            throw new MalformedMessage("a lease's record says the id " + Long.toHexString(id));
        }
        return new LeaseTtl(id, ttl);
    }
}
