package dev.tidemark.etcd.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;

/**
 * What no reader notices but etcd's life depends on: every branch has at least two children, each separator is exactly
 * its child's first key, and each page belongs to one place.
 */
final class TreeShape {
    private final ByteBuffer file;
    private final int pageSize;
    private final BitSet seen = new BitSet();

    private TreeShape(ByteBuffer file) {
        this.file = file;
        this.pageSize = file.getInt(24);
    }

    static void check(Path path) {
        try {
            ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
            TreeShape shape = new TreeShape(file);
            long pages = file.getLong(56);
            assertThat(file.capacity()).isEqualTo(Math.toIntExact(pages * shape.pageSize + 32));
            shape.visitRoot(file.getLong(32));
            assertThat(shape.seen.cardinality()).isEqualTo((int) pages - 2);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void visitRoot(long page) {
        int at = Math.toIntExact(page * pageSize);
        int count = mark(page, at);
        for (int i = 0; i < count; i++) {
            int element = at + 16 + 16 * i;
            if (file.getShort(at + 8) == Bbolt.BRANCH_PAGE) {
                visitRoot(file.getLong(element + 8));
                continue;
            }
            int value = element + file.getInt(element + 4) + file.getInt(element + 8);
            long root = file.getLong(value);
            if (root != 0) {
                visit(root);
            }
        }
    }

    private byte[] visit(long page) {
        int at = Math.toIntExact(page * pageSize);
        int count = mark(page, at);
        if (file.getShort(at + 8) == Bbolt.LEAF_PAGE) {
            assertThat(count).as("elements of leaf %s", page).isPositive();
            int element = at + 16;
            return slice(element + file.getInt(element + 4), file.getInt(element + 8));
        }
        assertThat(count).as("children of page %s", page).isGreaterThanOrEqualTo(2);
        byte[] first = null;
        for (int i = 0; i < count; i++) {
            int element = at + 16 + 16 * i;
            byte[] separator = slice(element + file.getInt(element), file.getInt(element + 4));
            assertThat(visit(file.getLong(element + 8)))
                    .as("separator %s of page %s", i, page)
                    .isEqualTo(separator);
            first = first == null ? separator : first;
        }
        return first;
    }

    private int mark(long page, int at) {
        assertThat(file.getLong(at)).isEqualTo(page);
        for (long p = page; p <= page + file.getInt(at + 12); p++) {
            assertThat(seen.get((int) p)).as("page %s is used twice", p).isFalse();
            seen.set((int) p);
        }
        return file.getShort(at + 10) & 0xFFFF;
    }

    private byte[] slice(int from, int length) {
        byte[] bytes = new byte[length];
        file.get(from, bytes);
        return bytes;
    }
}
