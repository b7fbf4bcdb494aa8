package dev.tidemark.etcd.rpc;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A release of etcd, such as 3.5.13. A pre-release or a distributor's build counts as the release that it is named after.
 */
public record EtcdRelease(int major, int minor, int patch) implements Comparable<EtcdRelease> {
    private static final Pattern TEXT = Pattern.compile("v?(\\d{1,4})\\.(\\d{1,4})\\.(\\d{1,4})(?:[-+~.].*)?");
    private static final EtcdRelease OLDEST = new EtcdRelease(3, 4, 0);
    private static final Comparator<EtcdRelease> ORDER = Comparator.comparingInt(EtcdRelease::major)
            .thenComparingInt(EtcdRelease::minor)
            .thenComparingInt(EtcdRelease::patch);

    /** Reads what a member says about itself; empty if that is no release. */
    public static Optional<EtcdRelease> parse(String text) {
        Matcher parts = TEXT.matcher(text);
        return parts.matches()
                ? Optional.of(new EtcdRelease(
                        Integer.parseInt(parts.group(1)),
                        Integer.parseInt(parts.group(2)),
                        Integer.parseInt(parts.group(3))))
                : Optional.empty();
    }

    static EtcdRelease of(String text) {
        return parse(text).orElseThrow(() -> new IllegalArgumentException("not a release of etcd: " + text));
    }

    /** Whether it is older than all that Tidemark is proven on. */
    public boolean isTooOld() {
        return compareTo(OLDEST) < 0;
    }

    /** The first release of the same minor version. */
    EtcdRelease firstOfLine() {
        return new EtcdRelease(major, minor, 0);
    }

    @Override
    public int compareTo(EtcdRelease other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + patch;
    }
}
