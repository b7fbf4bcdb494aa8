package dev.tidemark.restorer.verify.report;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * Which of the named objects a run reads: names are dealt into parts by their hash, and each run takes the next part, so
 * that after as many runs as there are parts every object was read. Random choices would leave a third unread.
 *
 * @param parts how many parts; 1 takes everything
 * @param run the number of this run among the sampled ones
 */
public record Sampling(int parts, long run) {
    /** Every object. */
    public static final Sampling EVERYTHING = new Sampling(1, 0);

    public Sampling {
        if (parts < 1 || run < 0) {
            throw new IllegalArgumentException("part " + run + " of " + parts);
        }
    }

    /** Whether this run reads the object of that name. */
    public boolean takes(String name) {
        CRC32C hash = new CRC32C();
        hash.update(name.getBytes(StandardCharsets.UTF_8));
        return hash.getValue() % parts == run % parts;
    }

    /** Whether it leaves anything out. */
    public boolean isPartial() {
        return parts > 1;
    }
}
