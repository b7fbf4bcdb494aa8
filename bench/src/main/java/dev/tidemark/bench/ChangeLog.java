package dev.tidemark.bench;

import dev.tidemark.schemas.Change;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A seeded log of puts under Kubernetes-like keys of 61 bytes, with values that compress to about a half. */
final class ChangeLog {
    private static final int TEXT_BYTES = 64 << 10;

    private ChangeLog() {}

    static List<Change> of(long seed, long firstMain, int revisions, int keys, int valueBytes) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[][] names = new byte[keys][];
        for (int i = 0; i < keys; i++) {
            names[i] = String.format(
                            "/registry/pods/namespace-%03d/some-deployment-%08x-%010d", i % 50, i * 0x9E3779B1, i)
                    .getBytes(StandardCharsets.US_ASCII);
        }
        byte[] text = new byte[TEXT_BYTES];
        random.nextBytes(text);
        List<Change> log = new ArrayList<>(revisions);
        for (int i = 0; i < revisions; i++) {
            byte[] value = new byte[valueBytes];
            random.nextBytes(value);
            int repeated = valueBytes / 2;
            System.arraycopy(text, random.nextInt(16) * repeated % (TEXT_BYTES - repeated), value, 0, repeated);
            long main = firstMain + i;
            log.add(Change.put(main, 0, names[random.nextInt(keys)], value, main, 1, 0, main, main - 1));
        }
        return log;
    }
}
