package dev.tidemark.archive.segment;

/**
 * A data block, checked and decompressed.
 *
 * @param object the data file's name
 * @param number which block it is, from 0
 * @param firstOrdinal the first record's ordinal
 * @param endOrdinal one after the last record's ordinal
 * @param bytes holds the records, one Avro datum after the other
 * @param length how many of {@code bytes} count
 */
record DataBlock(String object, int number, int firstOrdinal, int endOrdinal, byte[] bytes, int length) {
    ByteReader reader() {
        return new ByteReader(object, "block " + number).over(bytes, 0, length);
    }
}
