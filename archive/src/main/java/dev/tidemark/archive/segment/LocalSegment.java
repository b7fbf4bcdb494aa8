package dev.tidemark.archive.segment;

import dev.tidemark.schemas.avro.ObjectRef;
import dev.tidemark.schemas.avro.SegmentRef;
import java.nio.file.Path;
import org.roaringbitmap.RoaringBitmap;

/**
 * A finished segment on the local disk, not yet in the archive. Nobody may change {@code live}.
 *
 * @param data the Avro object container
 * @param index the index file
 * @param summary what a manifest will say about both; the names in it are the paths
 * @param live the last record of each key in this segment alone, tombstones included, by ordinal
 */
public record LocalSegment(Path data, Path index, SegmentRef summary, RoaringBitmap live) {
    /** The segment under the names that its files get in the archive. */
    public SegmentRef toRef(String dataName, String indexName) {
        return new SegmentRef(
                renamed(summary.getData(), dataName),
                renamed(summary.getIndex(), indexName),
                summary.getBlockTableSha256(),
                summary.getRecords(),
                summary.getFirstMain(),
                summary.getFirstSub(),
                summary.getLastMain(),
                summary.getLastSub(),
                summary.getFirstCapturedAtMillis(),
                summary.getLastCapturedAtMillis());
    }

    /** How many records there are. */
    public int records() {
        return Math.toIntExact(summary.getRecords());
    }

    private static ObjectRef renamed(ObjectRef file, String name) {
        return new ObjectRef(name, file.getBytes(), file.getSha256());
    }
}
