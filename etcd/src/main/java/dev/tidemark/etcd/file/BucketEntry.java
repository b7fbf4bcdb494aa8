package dev.tidemark.etcd.file;

import java.util.Arrays;

/**
 * A raw pair of a bucket.
 *
 * @param key at least one byte
 * @param value may be empty
 */
public record BucketEntry(byte[] key, byte[] value) {
    @Override
    public boolean equals(Object o) {
        return o instanceof BucketEntry other && Arrays.equals(key, other.key) && Arrays.equals(value, other.value);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(key) * 31 + Arrays.hashCode(value);
    }

    @Override
    public String toString() {
        return "key[" + key.length + "] value[" + value.length + "]";
    }
}
