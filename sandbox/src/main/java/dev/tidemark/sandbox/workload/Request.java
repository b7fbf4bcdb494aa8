package dev.tidemark.sandbox.workload;

import java.util.List;

/** A write that etcd carries out in at most one revision. Arrays must not be written into afterwards. */
public sealed interface Request {
    /** Does to the keyspace what etcd does for this request. */
    void applyTo(Keyspace keyspace);

    /** A request that may stand in a transaction. */
    sealed interface Operation extends Request permits Put, DeleteRange, Transaction {}

    /**
     * Creates or overwrites a key.
     *
     * @param lease 0 for none
     */
    record Put(byte[] key, byte[] value, long lease) implements Operation {
        @Override
        public void applyTo(Keyspace keyspace) {
            keyspace.put(key, value, lease);
        }
    }

    /**
     * Deletes the keys from {@code from}, inclusive, to {@code to}, exclusive.
     *
     * @param to empty for the one key {@code from}; a single zero byte for no upper bound
     */
    record DeleteRange(byte[] from, byte[] to) implements Operation {
        /** Deletes one key. */
        public static DeleteRange key(byte[] key) {
            return new DeleteRange(key, new byte[0]);
        }

        @Override
        public void applyTo(Keyspace keyspace) {
            keyspace.deleteRange(from, to);
        }
    }

    /**
     * Several operations in one revision.
     *
     * @param ifAbsent carries out {@code then} only if this key is not alive, and {@code otherwise} if it is; empty for
     *     no condition
     */
    record Transaction(byte[] ifAbsent, List<Operation> then, List<Operation> otherwise) implements Operation {
        /** Operations without a condition. */
        public static Transaction of(List<Operation> operations) {
            return new Transaction(new byte[0], List.copyOf(operations), List.of());
        }

        @Override
        public void applyTo(Keyspace keyspace) {
            boolean holds = ifAbsent.length == 0 || !keyspace.isAlive(ifAbsent);
            (holds ? then : otherwise).forEach(operation -> operation.applyTo(keyspace));
        }
    }

    /** Ends a lease and with it the keys attached to it. */
    record Revoke(long lease) implements Request {
        @Override
        public void applyTo(Keyspace keyspace) {
            keyspace.revoke(lease);
        }
    }
}
