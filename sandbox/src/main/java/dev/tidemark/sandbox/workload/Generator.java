package dev.tidemark.sandbox.workload;

import dev.tidemark.sandbox.workload.Request.DeleteRange;
import dev.tidemark.sandbox.workload.Request.Operation;
import dev.tidemark.sandbox.workload.Request.Put;
import dev.tidemark.sandbox.workload.Request.Transaction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;

/** One client's endless sequence of writes: everything that etcd allows, the strange more often than in life. */
final class Generator {
    private static final int KEYS = 4_000;
    private static final int HOT_KEYS = 16;
    private static final int MOST_OPERATIONS = 128;
    private static final int BIGGEST_VALUE = 1_400_000;
    private static final byte[] EDGE_BYTES = {
        0, 0, 1, '/', 'k', (byte) 0x7f, (byte) 0x80, (byte) 0xfe, (byte) 0xff, (byte) 0xff
    };

    private final Random random;
    private final Leases leases;
    private final int valueBytes;

    Generator(Random random, Leases leases, int valueBytes) {
        this.random = random;
        this.leases = leases;
        this.valueBytes = valueBytes;
    }

    /** The next write. */
    Request next() {
        int dice = random.nextInt(1_000);
        if (dice < 640) {
            return new Put(key(), value(), lease());
        }
        if (dice < 720) {
            return new Put(hotKey(), value(), 0);
        }
        if (dice < 800) {
            return DeleteRange.key(key());
        }
        if (dice < 830) {
            return range();
        }
        if (dice < 930) {
            return transaction(1 + random.nextInt(8));
        }
        if (dice < 935) {
            return transaction(MOST_OPERATIONS);
        }
        if (dice < 960) {
            return putAndDeleted();
        }
        if (dice < 995) {
            return new Put(key(), new byte[0], lease());
        }
        return revoke();
    }

    /** Any key but the hot ones; one in ten is of bytes at the edges of their range. */
    byte[] key() {
        return random.nextInt(10) == 0 ? edgeKey() : plainKey(random.nextInt(KEYS));
    }

    byte[] value() {
        if (random.nextInt(10_000) == 0) {
            return bytes(BIGGEST_VALUE - random.nextInt(100_000));
        }
        return bytes(1 + random.nextInt(2 * valueBytes));
    }

    private byte[] bytes(int length) {
        byte[] value = new byte[length];
        random.nextBytes(value);
        return value;
    }

    private static byte[] plainKey(int number) {
        return "k/%06d".formatted(number).getBytes(StandardCharsets.UTF_8);
    }

    private byte[] hotKey() {
        return ("hot/" + random.nextInt(HOT_KEYS)).getBytes(StandardCharsets.UTF_8);
    }

    private byte[] edgeKey() {
        byte[] key = new byte[1 + random.nextInt(4)];
        for (int i = 0; i < key.length; i++) {
            key[i] = EDGE_BYTES[random.nextInt(EDGE_BYTES.length)];
        }
        return key;
    }

    private long lease() {
        return random.nextInt(8) == 0 ? leases.any(random) : 0;
    }

    private Request revoke() {
        long lease = leases.take(random);
        return lease == 0 ? new Put(key(), value(), 0) : new Request.Revoke(lease);
    }

    /** Up to 30 plain keys, or whatever stands under one edge key. */
    private DeleteRange range() {
        if (random.nextInt(10) == 0) {
            byte[] from = edgeKey();
            byte[] to = from.clone();
            to[to.length - 1] = (byte) 0xff;
            return new DeleteRange(from, to);
        }
        int first = random.nextInt(KEYS);
        return new DeleteRange(plainKey(first), plainKey(first + 1 + random.nextInt(30)));
    }

    /** Operations on different keys, as etcd demands it; half of the transactions with a condition. */
    private Transaction transaction(int size) {
        TreeSet<byte[]> keys = new TreeSet<>(Arrays::compareUnsigned);
        while (keys.size() < size) {
            keys.add(key());
        }
        List<Operation> operations = new ArrayList<>();
        for (byte[] key : keys) {
            boolean put = random.nextInt(4) > 0;
            operations.add(put ? new Put(key, bytes(1 + random.nextInt(valueBytes)), lease()) : DeleteRange.key(key));
        }
        if (random.nextBoolean()) {
            return Transaction.of(operations);
        }
        int half = operations.size() / 2;
        return new Transaction(key(), operations.subList(0, half), operations.subList(half, operations.size()));
    }

    /** A key put and deleted in one revision: etcd refuses that, but not in two nested transactions. */
    private Transaction putAndDeleted() {
        byte[] key = key();
        Operation put = Transaction.of(List.of(new Put(key, value(), lease())));
        Operation delete = Transaction.of(List.of(DeleteRange.key(key)));
        return Transaction.of(List.of(put, delete));
    }
}
