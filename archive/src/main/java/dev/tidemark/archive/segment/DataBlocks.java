package dev.tidemark.archive.segment;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import dev.tidemark.archive.DamagedObjectException;
import java.util.Arrays;

/** The blocks of a data file: checked, then decompressed. Thread-safe. */
final class DataBlocks {
    private final CheckedObject data;
    private final BlockTable table;

    DataBlocks(CheckedObject data, BlockTable table) {
        this.data = data;
        this.table = table;
    }

    CheckedObject data() {
        return data;
    }

    BlockTable table() {
        return table;
    }

    /** Decoder for the file's schema; costs a read only where another version wrote it. */
    BlockDecoder decoder() {
        if (table.schema() == RecordCodec.FINGERPRINT) {
            return new RecordCodec();
        }
        byte[] header = data.read(0, table.headerLength(), table.headerCrc32c(), "container header");
        return new ResolvingCodec(ContainerHeader.schema(data.name(), header));
    }

    /** Checks the container's header, which the fetched bytes begin with. */
    void checkHeader(byte[] fetched) {
        data.settled(
                Arrays.copyOf(fetched, table.headerLength()),
                0,
                b -> Checksums.crc32c(b, 0, b.length) == table.headerCrc32c(),
                "container header");
    }

    /**
     * A block out of fetched bytes.
     *
     * @param fetched holds the block from {@code at} on
     * @param buffer where to decompress to, if it is large enough
     */
    DataBlock open(int block, byte[] fetched, int at, byte[] buffer) {
        int length = table.length(block);
        int crc = table.crc32c(block);
        if (Checksums.crc32c(fetched, at, length) == crc) {
            return decompress(block, fetched, at, buffer);
        }
        byte[] good = data.settled(
                Arrays.copyOfRange(fetched, at, at + length),
                table.offset(block),
                b -> Checksums.crc32c(b, 0, b.length) == crc,
                "block " + block);
        return decompress(block, good, 0, buffer);
    }

    private DataBlock decompress(int block, byte[] bytes, int at, byte[] buffer) {
        ByteReader in = new ByteReader(data.name(), "block " + block);
        in.over(bytes, at, at + table.length(block) - ContainerHeader.SYNC_LENGTH);
        long count = in.zigzag();
        long packed = in.zigzag();
        int from = in.skip(packed);
        in.end();
        if (count != table.endOrdinal(block) - table.firstOrdinal(block)) {
            throw in.malformed("has " + count + " records, not as many as the index says");
        }
        long size = Zstd.getFrameContentSize(bytes, from, (int) packed);
        if (size < 0 || size > Integer.MAX_VALUE - 8) {
            throw in.malformed("is not a compressed block of known size");
        }
        byte[] target = buffer.length >= size ? buffer : new byte[(int) size];
        try {
            long got = Zstd.decompressByteArray(target, 0, (int) size, bytes, from, (int) packed);
            if (Zstd.isError(got) || got != size) {
                throw in.malformed("cannot be decompressed: " + Zstd.getErrorName(got));
            }
        } catch (ZstdException e) {
            throw new DamagedObjectException(data.name(), "block " + block + " cannot be decompressed", e);
        }
        return new DataBlock(
                data.name(), block, table.firstOrdinal(block), table.endOrdinal(block), target, (int) size);
    }
}
