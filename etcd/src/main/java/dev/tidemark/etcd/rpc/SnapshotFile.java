package dev.tidemark.etcd.rpc;

import java.nio.file.Path;
import java.time.Duration;

/**
 * A snapshot on disk, exactly as {@code etcdctl snapshot save} stores it, its checksum proven.
 *
 * @param path where it lies
 * @param bytes its length, the 32 bytes of the trailing checksum included
 * @param sha256 lower-case hex of that checksum: SHA-256 of all bytes before the last 32
 * @param streamed how long ago its first bytes came when its last did: what it holds was committed before that
 */
public record SnapshotFile(Path path, long bytes, String sha256, Duration streamed) {}
