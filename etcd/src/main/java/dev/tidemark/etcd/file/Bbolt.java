package dev.tidemark.etcd.file;

/** The constants of bbolt's file format, version 2, and its meta checksum. */
final class Bbolt {
    static final int MAGIC = 0xED0CDAED;
    static final int VERSION = 2;

    /** Page header: u64 id, u16 flags, u16 count, u32 overflow. */
    static final int PAGE_HEADER = 16;
    /** Leaf element: u32 flags, u32 pos, u32 key size, u32 value size. Branch element: u32 pos, u32 key size, u64 child. */
    static final int ELEMENT = 16;
    /** Bucket header: u64 root page, u64 sequence. */
    static final int BUCKET_HEADER = 16;
    /** The part of a meta page that is checksummed and the checksum itself. */
    static final int META = 64;

    static final int BRANCH_PAGE = 0x01;
    static final int LEAF_PAGE = 0x02;
    static final int META_PAGE = 0x04;

    static final int PLAIN_ELEMENT = 0;
    static final int BUCKET_ELEMENT = 1;

    static final long NO_FREELIST = -1;
    static final int MIN_PAGE_SIZE = 1024;
    static final int MAX_PAGE_SIZE = 1 << 24;
    /** The first page after the two metas. */
    static final long FIRST_PAGE = 2;
    /** A page's element count must stay below this. */
    static final int MAX_ELEMENTS = 0xFFFF;

    static final int MAX_KEY_SIZE = 32768;

    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private Bbolt() {}

    /** FNV-1a, 64 bits. */
    static long checksum(byte[] bytes, int from, int length) {
        long hash = FNV_OFFSET;
        for (int i = from; i < from + length; i++) {
            hash = (hash ^ (bytes[i] & 0xFF)) * FNV_PRIME;
        }
        return hash;
    }
}
