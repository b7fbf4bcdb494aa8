package dev.tidemark.capture.generation;

import dev.tidemark.etcd.file.EtcdDatabase;
import dev.tidemark.schemas.avro.SideRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What a snapshot holds beside the keys: leases, users, roles and etcd's own records, which are few beside them. */
final class SideBuckets {
    private static final String KEY_BUCKET = "key";
    private static final String AUTH_BUCKET = "auth";
    private static final ByteBuffer AUTH_REVISION =
            ByteBuffer.wrap("authRevision".getBytes(StandardCharsets.US_ASCII)).asReadOnlyBuffer();

    private SideBuckets() {}

    /** All pairs, bucket by bucket. */
    static List<SideRecord> of(EtcdDatabase database) {
        List<SideRecord> pairs = new ArrayList<>();
        for (String bucket : database.bucketNames()) {
            if (!bucket.equals(KEY_BUCKET)) {
                database.forEach(
                        bucket,
                        (key, value) ->
                                pairs.add(new SideRecord(bucket, ByteBuffer.wrap(key), ByteBuffer.wrap(value))));
            }
        }
        return pairs;
    }

    /** The revision of the users and roles among the pairs; 0 if none is said. */
    static long authRevision(List<SideRecord> pairs) {
        return pairs.stream()
                .filter(pair -> pair.getBucket().equals(AUTH_BUCKET)
                        && pair.getKey().equals(AUTH_REVISION)
                        && pair.getValue().remaining() == Long.BYTES)
                .mapToLong(pair -> pair.getValue().getLong(pair.getValue().position()))
                .findFirst()
                .orElse(0);
    }
}
