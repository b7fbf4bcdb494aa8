package dev.tidemark.archive.segment;

import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.roaringbitmap.RoaringBitmap;

/**
 * SHA-256 over what a merged checkpoint or synthetic base says, whatever its segments look like (docs/format.md §7): the
 * digests of what was merged, then the place of each survivor, then the range. Not thread-safe.
 */
public final class SurvivorDigest {
    private static final int FLUSH_BYTES = 16 << 10;

    private final MessageDigest sha256 = Checksums.sha256();
    private final Bytes buffer = new Bytes(FLUSH_BYTES * 2);

    /** Adds the content digest of a checkpoint that was merged, lower-case hex. */
    public void child(String contentDigest) {
        buffer.raw(HexFormat.of().parseHex(contentDigest));
    }

    /** Adds all survivors, in order; reads the revision columns of the segments that have any. */
    public void survivors(List<Segment> segments, List<RoaringBitmap> live) {
        buffer.u64(live.stream().mapToLong(RoaringBitmap::getLongCardinality).sum());
        for (int i = 0; i < segments.size(); i++) {
            segments.get(i).places(live.get(i), (main, sub) -> {
                buffer.u64(main);
                buffer.u64(sub);
                if (buffer.size() >= FLUSH_BYTES) {
                    flush();
                }
            });
        }
    }

    /** The digest, lower-case hex; ends the work. */
    public String finish(long first, long last, long nextOffset) {
        buffer.u64(first);
        buffer.u64(last);
        buffer.u64(nextOffset);
        flush();
        return Checksums.hex(sha256.digest());
    }

    private void flush() {
        sha256.update(buffer.array(), 0, buffer.size());
        buffer.clear();
    }
}
