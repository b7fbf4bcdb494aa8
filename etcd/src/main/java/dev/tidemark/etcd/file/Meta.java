package dev.tidemark.etcd.file;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One of a file's two meta pages: where its tree begins and how many pages it has.
 *
 * @param order the byte order of the host that wrote the file
 * @param pageSize bytes a page
 * @param root the page of the root bucket
 * @param pages the number of pages in use: the first unused page
 * @param transaction the transaction that wrote it; the larger one counts
 */
record Meta(ByteOrder order, int pageSize, long root, long pages, long transaction) {
    /** Reads a meta page's first bytes; null if they are not a sound meta. */
    static Meta decode(byte[] page, int at) {
        if (at + Bbolt.PAGE_HEADER + Bbolt.META > page.length) {
            return null;
        }
        ByteBuffer meta = ByteBuffer.wrap(page, at + Bbolt.PAGE_HEADER, Bbolt.META)
                .slice()
                .order(ByteOrder.LITTLE_ENDIAN);
        if (meta.getInt(0) != Bbolt.MAGIC) {
            meta.order(ByteOrder.BIG_ENDIAN);
        }
        if (meta.getInt(0) != Bbolt.MAGIC || meta.getInt(4) != Bbolt.VERSION) {
            return null;
        }
        if (meta.getLong(56) != Bbolt.checksum(page, at + Bbolt.PAGE_HEADER, Bbolt.META - Long.BYTES)) {
            return null;
        }
        Meta decoded = new Meta(meta.order(), meta.getInt(8), meta.getLong(16), meta.getLong(40), meta.getLong(48));
        return decoded.isPlausible() ? decoded : null;
    }

    /** Puts a whole meta page's used bytes: header and meta. */
    void encode(ByteBuffer to, long page) {
        int start = to.position();
        to.order(order);
        to.putLong(page).putShort((short) Bbolt.META_PAGE).putShort((short) 0).putInt(0);
        to.putInt(Bbolt.MAGIC).putInt(Bbolt.VERSION).putInt(pageSize).putInt(0);
        to.putLong(root).putLong(0).putLong(Bbolt.NO_FREELIST).putLong(pages).putLong(transaction);
        to.putLong(Bbolt.checksum(to.array(), to.arrayOffset() + start + Bbolt.PAGE_HEADER, Bbolt.META - Long.BYTES));
    }

    private boolean isPlausible() {
        return pageSize >= Bbolt.MIN_PAGE_SIZE
                && pageSize <= Bbolt.MAX_PAGE_SIZE
                && Integer.bitCount(pageSize) == 1
                && pages > Bbolt.FIRST_PAGE
                && pages <= Long.MAX_VALUE / pageSize
                && root >= Bbolt.FIRST_PAGE
                && root < pages;
    }
}
