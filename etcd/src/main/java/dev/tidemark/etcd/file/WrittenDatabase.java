package dev.tidemark.etcd.file;

import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * A finished file.
 *
 * @param path where it stands
 * @param bytes its length, the trailing sum included
 * @param sha256 the trailing sum, lower-case hex: SHA-256 of all bytes before it
 * @param fileSha256 SHA-256 of the whole file, the trailing sum included, lower-case hex
 * @param records the number of key records
 * @param lastRecordRevision the main revision of the last key record (what {@code snapshot status} shows); 0 if none
 * @param compactRevision the compaction revision that its marks say; 0 if it has none
 * @param revision the revision that a member started from it has
 * @param hashKv what that member answers to HashKV at {@code revision}, an unsigned 32-bit number; empty if no key is
 *     live, since then the answer depends on how far compaction got
 */
public record WrittenDatabase(
        Path path,
        long bytes,
        String sha256,
        String fileSha256,
        long records,
        long lastRecordRevision,
        long compactRevision,
        long revision,
        OptionalLong hashKv) {}
