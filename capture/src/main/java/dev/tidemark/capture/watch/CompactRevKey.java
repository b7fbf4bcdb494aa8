package dev.tidemark.capture.watch;

import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.schemas.Change;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/** The key at which the Kubernetes API server writes the revision that it is about to compact to. */
final class CompactRevKey {
    private static final byte[] KEY = "compact_rev_key".getBytes(StandardCharsets.US_ASCII);
    private static final int MOST_DIGITS = 18;

    private CompactRevKey() {}

    /** Whether the source has it: then it is one of Kubernetes. */
    static boolean isAt(EtcdClient member) {
        return member.get(KEY.clone()).isPresent();
    }

    /** What the last of the changes says about it; empty if none is of that key. */
    static OptionalLong in(List<Change> changes) {
        OptionalLong found = OptionalLong.empty();
        for (Change change : changes) {
            if (change.key().length == KEY.length && Arrays.equals(change.key(), KEY)) {
                found = revision(change.value());
            }
        }
        return found;
    }

    /** The revision in its value; empty if that is no positive number. */
    static OptionalLong revision(byte[] value) {
        String text = new String(value, StandardCharsets.US_ASCII);
        boolean number = text.matches("[0-9]+") && text.length() <= MOST_DIGITS;
        long revision = number ? Long.parseLong(text) : 0;
        return revision > 0 ? OptionalLong.of(revision) : OptionalLong.empty();
    }
}
