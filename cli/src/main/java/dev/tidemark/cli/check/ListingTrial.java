package dev.tidemark.cli.check;

import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.schemas.Failure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Listings: in the order of bytes, from page to page without a gap, from after a name on, of any beginning of names. */
final class ListingTrial {
    private static final int MANY = 1_050;
    private static final int WRITERS = 16;
    private static final List<String> ORDERED = List.of(
            "order/-",
            "order/0",
            "order/A",
            "order/Z",
            "order/_",
            "order/a-b",
            "order/a.b",
            "order/a/b-c",
            "order/a/b/c",
            "order/a0",
            "order/aa",
            "order/b",
            "order/~");

    private final Trial trial;

    ListingTrial(Trial trial) {
        this.trial = trial;
    }

    Finding look(String name) {
        List<String> shuffled = new ArrayList<>(ORDERED);
        Collections.reverse(shuffled);
        shuffled.forEach(one -> trial.store().put(trial.name(one), Trial.bytes(one)));
        List<String> many = IntStream.range(0, MANY)
                .mapToObj(n -> String.format(Locale.ROOT, "many/%05d", n))
                .toList();
        trial.atOnce(WRITERS, writer -> {
            for (int n = writer; n < MANY; n += WRITERS) {
                trial.store().put(trial.name(many.get(n)), new byte[] {1});
            }
            return writer;
        });
        List<String> wrong = new ArrayList<>();
        compare(wrong, "names in the order of bytes", "order/", "", 100, ORDERED);
        compare(wrong, "a prefix that is no whole part", "order/a", "", 100, ORDERED.subList(5, 11));
        compare(wrong, "names after another one", "order/", "order/_", 3, ORDERED.subList(5, 8));
        compare(wrong, "names after one that is not there", "order/", "order/a", 2, ORDERED.subList(5, 7));
        compare(wrong, "all of " + MANY + " names over several pages", "many/", "", 5_000, many);
        compare(wrong, "names after the first page", "many/", "many/01009", 5_000, many.subList(1_010, MANY));
        compare(wrong, "one name", "many/", "", 1, many.subList(0, 1));
        return wrong.isEmpty()
                ? Finding.ok(
                        name,
                        "in the order of bytes; " + MANY + " names over several pages without a gap; from after a name"
                                + " on; by any beginning")
                : Finding.fail(
                        name,
                        Failure.VERIFICATION,
                        String.join("; ", wrong),
                        "use a store that lists by the bytes of names, as S3 does");
    }

    private void compare(List<String> wrong, String what, String prefix, String after, int max, List<String> expected) {
        List<String> found =
                trial.store().list(trial.place() + prefix, after.isEmpty() ? "" : trial.place() + after, max).stream()
                        .map(ObjectInfo::name)
                        .map(one -> one.substring(trial.place().length()))
                        .toList();
        if (!found.equals(expected)) {
            int at = Arrays.mismatch(found.toArray(), expected.toArray());
            wrong.add("listing " + what + ": " + found.size() + " came, expected " + expected.size() + "; number " + at
                    + " is " + (at < found.size() ? found.get(at) : "missing"));
        }
    }
}
