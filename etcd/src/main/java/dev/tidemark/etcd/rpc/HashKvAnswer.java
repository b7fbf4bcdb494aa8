package dev.tidemark.etcd.rpc;

/**
 * A member's own hash over its key records in (compactRevision, revision] and what lives at {@code revision}.
 *
 * @param header who answered; its revision is the member's newest
 * @param revision the revision that was asked for
 * @param compactRevision the C for which the hash was computed, always taken from the answer; -1 if never compacted
 * @param hash CRC-32C, 0 to 2^32 - 1
 */
public record HashKvAnswer(EtcdHeader header, long revision, long compactRevision, long hash) {}
