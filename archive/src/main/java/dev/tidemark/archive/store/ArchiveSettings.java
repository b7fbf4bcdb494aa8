package dev.tidemark.archive.store;

import java.net.URI;

/**
 * Where the archive is, and how to get in.
 *
 * @param uri {@code s3://bucket/prefix} or {@code file:///directory}
 * @param s3 how to reach S3; not looked at for a directory, then null is allowed
 * @param missing what to do when the bucket or directory is not there
 */
public record ArchiveSettings(URI uri, S3 s3, MissingBucket missing) {
    /** The same place, made if it is not there. */
    public ArchiveSettings creating() {
        return new ArchiveSettings(uri, s3, MissingBucket.CREATE);
    }

    /** An archive in S3 whose bucket must exist. */
    public static ArchiveSettings inS3(URI uri, S3 s3) {
        return new ArchiveSettings(uri, s3, MissingBucket.REFUSE);
    }

    /** An archive in a directory, which must exist. */
    public static ArchiveSettings inDirectory(URI uri) {
        return new ArchiveSettings(uri, null, MissingBucket.REFUSE);
    }

    /**
     * How to reach S3.
     *
     * @param endpoint such as {@code http://127.0.0.1:9000}
     * @param region the bucket's region; MinIO's is {@code us-east-1} unless set otherwise
     * @param accessKey the access key
     * @param secretKey the secret key, never printed
     */
    public record S3(String endpoint, String region, String accessKey, String secretKey) {
        @Override
        public String toString() {
            return "S3[" + endpoint + ", " + region + ", " + accessKey + "]";
        }
    }
}
