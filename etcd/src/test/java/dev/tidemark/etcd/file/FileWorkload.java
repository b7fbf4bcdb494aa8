package dev.tidemark.etcd.file;

import dev.tidemark.etcd.rpc.proto.RequestOp;
import dev.tidemark.sandbox.EtcdServer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Seeded writes of every kind that leaves its own mark in the file. */
final class FileWorkload {
    private static final int KEYS = 6000;
    private static final int LEASES = 8;

    private final EtcdServer server;
    private final EtcdCalls etcd;
    private final SplittableRandom random;

    FileWorkload(EtcdServer server, EtcdCalls etcd, long seed) {
        this.server = server;
        this.etcd = etcd;
        this.random = new SplittableRandom(seed);
    }

    /** Thousands of keys, leases, values of all sizes, binary keys. */
    void fill() {
        for (int i = 1; i <= LEASES; i++) {
            etcd.grant(i, 100_000L * i);
        }
        etcd.grant(0x7fff_ffff_ffff_ffffL, 8_000_000_000L);
        for (int i = 0; i < KEYS; i += 100) {
            List<RequestOp> puts = new ArrayList<>();
            for (int j = i; j < i + 100; j++) {
                puts.add(EtcdCalls.put(key(j), value(random.nextInt(300))));
            }
            etcd.txn(puts);
        }
        for (int i = 0; i < 100; i++) {
            etcd.put(key(KEYS + i), value(50), 1 + random.nextInt(LEASES));
        }
        etcd.put(key(KEYS + 100), value(5), 0x7fff_ffff_ffff_ffffL);
        for (int size : new int[] {0, 1, 4000, 4096, 65_536, 1_000_000, 1_400_000}) {
            etcd.put(("size/" + size).getBytes(StandardCharsets.UTF_8), value(size), 0);
        }
        for (byte[] key : List.of(
                new byte[] {0}, new byte[] {0, 0}, new byte[] {-1}, new byte[] {-1, -1, 0}, new byte[] {'k', 0, -1})) {
            etcd.put(key, value(10), 0);
        }
    }

    /** Overwrites, deletes, range deletes, transactions that touch a key twice, a revoked lease. */
    void stir() {
        for (int i = 0; i < 400; i++) {
            int kind = random.nextInt(10);
            byte[] key = key(random.nextInt(KEYS));
            if (kind < 5) {
                etcd.put(key, value(random.nextInt(600)), random.nextInt(3) == 0 ? 1 + random.nextInt(LEASES - 1) : 0);
            } else if (kind < 7) {
                etcd.delete(key, new byte[0]);
            } else if (kind < 8) {
                int from = random.nextInt(KEYS - 20);
                etcd.delete(key(from), key(from + 20));
            } else {
                byte[] twice = key(random.nextInt(KEYS));
                byte[] other = key(KEYS + 200 + i);
                etcd.txn(List.of(
                        EtcdCalls.nested(EtcdCalls.put(twice, value(20))),
                        EtcdCalls.nested(EtcdCalls.delete(twice)),
                        EtcdCalls.put(other, value(3))));
            }
        }
    }

    void revokeALease() {
        server.etcdctl("lease", "revoke", Integer.toHexString(LEASES));
    }

    private byte[] value(int size) {
        byte[] value = new byte[size];
        random.nextBytes(value);
        return value;
    }

    private static byte[] key(int i) {
        return String.format("/registry/pods/%06d", i).getBytes(StandardCharsets.UTF_8);
    }
}
