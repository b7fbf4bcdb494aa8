package dev.tidemark.etcd.file;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Where a bucket's tree is.
 *
 * @param root its root page; 0 if it is inline
 * @param inline the page of an inline bucket, else empty
 * @param holder the page that names the bucket, for messages
 */
record Bucket(long root, byte[] inline, long holder) {
    static Bucket decode(byte[] value, ByteOrder order, long holder) {
        long root = ByteBuffer.wrap(value).order(order).getLong();
        byte[] inline = new byte[value.length - Bbolt.BUCKET_HEADER];
        System.arraycopy(value, Bbolt.BUCKET_HEADER, inline, 0, inline.length);
        return new Bucket(root, inline, holder);
    }

    boolean isInline() {
        return root == 0;
    }
}
