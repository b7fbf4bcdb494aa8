package dev.tidemark.sandbox;

/**
 * Puts that etcd's own load generator makes.
 *
 * @param clients how many puts are under way at once
 * @param connections which the clients share
 * @param total puts in all
 * @param keys written one after another, then again from the first
 * @param ratePerSecond 0 for as fast as it goes
 */
public record Load(int clients, int connections, int total, int keys, int valueBytes, int ratePerSecond) {
    public Load {
        if (clients < 1 || connections < 1 || total < 1 || keys < 1 || valueBytes < 1 || ratePerSecond < 0) {
            throw new IllegalArgumentException("not a load: %d clients, %d connections, %d puts on %d keys, %d B, %d/s"
                    .formatted(clients, connections, total, keys, valueBytes, ratePerSecond));
        }
    }

    /** At full rate by 200 clients, each put to a key of its own, values of 1.65 kB. */
    public static Load of(int total) {
        return new Load(200, 20, total, total, 1_650, 0);
    }

    public Load withClients(int number) {
        return new Load(number, Math.max(1, number / 10), total, keys, valueBytes, ratePerSecond);
    }

    public Load withKeys(int number) {
        return new Load(clients, connections, total, number, valueBytes, ratePerSecond);
    }

    public Load withValueBytes(int size) {
        return new Load(clients, connections, total, keys, size, ratePerSecond);
    }

    public Load withRate(int perSecond) {
        return new Load(clients, connections, total, keys, valueBytes, perSecond);
    }
}
