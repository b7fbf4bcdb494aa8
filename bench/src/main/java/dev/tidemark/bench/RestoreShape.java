package dev.tidemark.bench;

import java.util.Random;

/** What the values of a benchmark's archive are made of. */
enum RestoreShape {
    /** Random bytes, as etcd's own load generator writes: nothing can be compressed. */
    RANDOM("random bytes") {
        @Override
        void fill(byte[] value, Random random) {
            random.nextBytes(value);
        }
    },
    /** Words of a small vocabulary, as manifests of Kubernetes are: about a fourth remains. */
    TEXT("text of a small vocabulary") {
        @Override
        void fill(byte[] value, Random random) {
            for (int at = 0; at < value.length; ) {
                byte[] word = WORDS[random.nextInt(WORDS.length)];
                int part = Math.min(word.length, value.length - at);
                System.arraycopy(word, 0, value, at, part);
                at += part;
            }
        }
    };

    private static final byte[][] WORDS = words(2000);

    private final String words;

    RestoreShape(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }

    abstract void fill(byte[] value, Random random);

    private static byte[][] words(int count) {
        Random random = new Random(1);
        byte[][] all = new byte[count][];
        for (int i = 0; i < count; i++) {
            all[i] = new byte[3 + random.nextInt(10)];
            for (int c = 0; c < all[i].length; c++) {
                all[i][c] = (byte) ('a' + random.nextInt(26));
            }
        }
        return all;
    }
}
