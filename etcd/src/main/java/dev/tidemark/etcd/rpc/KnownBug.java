package dev.tidemark.etcd.rpc;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is known to be wrong with which releases of etcd, as far as a capture is concerned, and what Tidemark does about
 * it: the one table that decides what may be trusted. docs/etcd-versions.md is written from it.
 */
public enum KnownBug {
    PROGRESS_UNORDERED(
            issue(15220),
            before("3.4.25", "3.5.8"),
            "an answer to a request for progress may overtake events: it claims revisions that were not delivered yet",
            "never asks for progress there and believes no answer; quiet time is proven by a linearizable read instead",
            Requests.FORBIDDEN),
    PROGRESS_MISSING(
            pull(17566),
            between("3.4.25", "3.4.31", "3.5.8", "3.5.13"),
            "requests for progress are not answered as long as a watch has seen no event",
            "proves quiet time by a linearizable read when no answer comes"),
    PROGRESS_OF_THE_FUTURE(
            issue(20221),
            before("3.4.38", "3.5.22", "3.6.2"),
            "a watch that begins in the future gets progress, and after a member restored a snapshot even old events",
            "begins a watch only at a revision that the same member has proven to hold; refuses events below the start"),
    EVENTS_AGAIN(
            issue(15271),
            before("3.4.25", "3.5.8"),
            "a member that fell behind and took the leader's snapshot sends events again",
            "refuses a revision that comes twice, compares what overlaps, and watches anew from its own position"),
    EVENTS_LOST_AFTER_COMPACTION(
            pull(17612),
            before("3.4.31", "3.5.13"),
            "a compaction during a crowded stream can lose events, without an error",
            "demands every revision: a missing one ends the watch, it is asked for again, and what cannot be had is named"),
    TOMBSTONE_COMPACTED_AWAY(
            issue(18089),
            before("3.4.34", "3.5.16"),
            "a compaction at the revision of a delete removes the delete, and a watch that begins there misses it",
            "never believes the compact revision itself: begins above it, or takes a snapshot"),
    TOMBSTONE_LOST_AFTER_RESTART(
            issue(19179),
            before("3.4.36", "3.5.18"),
            "a watch that begins at the compact revision misses a delete at it once the member was restarted",
            "never believes the compact revision itself: begins above it, or takes a snapshot"),
    INCONSISTENT_MEMBERS(
            issue(13766),
            between("3.5.0", "3.5.3"),
            "a member that crashes under load can hold other data than the others, for good",
            "compares what came by the watch with the snapshot of another member; tell members apart with"
                    + " `etcdctl endpoint hashkv`"),
    LOST_WRITES_OF_A_SINGLE_MEMBER(
            issue(14370),
            between("3.5.0", "3.5.5"),
            "a single-member cluster can lose acknowledged writes at a crash",
            "ends the generation when revisions come back with other content"),
    REVISIONS_DIVERGE_AFTER_DEFRAGMENTATION(
            pull(14733),
            between("3.5.0", "3.5.6"),
            "a crash during a defragmentation can leave a member with other revisions than the others",
            "compares what overlaps at every connection; ends the generation where it differs"),
    SNAPSHOT_RACES_DEFRAGMENTATION(
            pull(20653),
            between("3.5.0", "3.5.23"),
            "a defragmentation while the leader's snapshot is applied can corrupt the member's file",
            "reads every page of a snapshot before it is a base; a damaged one is taken again"),
    WATCH_SHOWS_TOO_MUCH(
            advisory("GHSA-xg4h-6gfc-h4m8"),
            List.of(span("3.4.0", "3.5.33"), span("3.6.0", "3.6.14"), span("3.7.0", "3.7.1")),
            "a user with READ on a single key can watch all keys that follow it",
            "nothing; a user that works here only by this bug is refused after the upgrade: give it READ on all keys");

    /** Whether a watch may ask for its progress. */
    private enum Requests {
        ALLOWED,
        FORBIDDEN
    }

    /** Releases from one on, up to the one that fixed it. */
    private record Span(EtcdRelease from, EtcdRelease fixedIn) {
        boolean holds(EtcdRelease release) {
            return release.compareTo(from) >= 0 && release.compareTo(fixedIn) < 0;
        }

        @Override
        public String toString() {
            return from + " up to, not including, " + fixedIn;
        }
    }

    private static final String UPSTREAM = "https://github.com/etcd-io/etcd/";

    private final String reference;
    /** Made by List.of and toList. */
    @SuppressWarnings("ImmutableEnumChecker")
    private final List<Span> affected;

    private final String effect;
    private final String remedy;
    private final Requests requests;

    KnownBug(String reference, List<Span> affected, String effect, String remedy) {
        this(reference, affected, effect, remedy, Requests.ALLOWED);
    }

    KnownBug(String reference, List<Span> affected, String effect, String remedy, Requests requests) {
        this.reference = reference;
        this.affected = affected;
        this.effect = effect;
        this.remedy = remedy;
        this.requests = requests;
    }

    /** The bugs that a release is known to have. */
    public static List<KnownBug> of(EtcdRelease release) {
        return Stream.of(values()).filter(bug -> bug.isIn(release)).toList();
    }

    /**
     * Whether a watch may ask a member for its progress, and believe the answer.
     *
     * @param version what the member calls itself; one that is no release is not trusted
     */
    static boolean mayAskForProgress(String version) {
        return EtcdRelease.parse(version)
                .map(release -> of(release).stream().noneMatch(bug -> bug.requests == Requests.FORBIDDEN))
                .orElse(false);
    }

    /** A stable name, such as {@code progress-unordered}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Where etcd's own people describe it. */
    public String reference() {
        return reference;
    }

    /** What goes wrong. */
    public String effect() {
        return effect;
    }

    /** What Tidemark does about it. */
    public String remedy() {
        return remedy;
    }

    /** Whether a release has it. */
    public boolean isIn(EtcdRelease release) {
        return affected.stream().anyMatch(span -> span.holds(release));
    }

    /** The oldest release without it that one goes to from here; empty if this one doesn't have it. */
    public Optional<EtcdRelease> fixedFor(EtcdRelease release) {
        return affected.stream()
                .filter(span -> span.holds(release))
                .map(Span::fixedIn)
                .findFirst();
    }

    /** One line of advice for who runs this release. */
    public String advice(EtcdRelease release) {
        return "etcd " + release + " has a known bug (" + id() + ", " + reference + "): " + effect + ". Tidemark: "
                + remedy
                + ". Upgrade to " + fixedFor(release).map(EtcdRelease::toString).orElse("a newer release")
                + " or newer.";
    }

    /** The releases that have it, in words. */
    public List<String> affected() {
        return affected.stream().map(Span::toString).toList();
    }

    private static String issue(int number) {
        return UPSTREAM + "issues/" + number;
    }

    private static String pull(int number) {
        return UPSTREAM + "pull/" + number;
    }

    private static String advisory(String id) {
        return UPSTREAM + "security/advisories/" + id;
    }

    /** All releases of a line before the one that fixed it. */
    private static List<Span> before(String... fixedIn) {
        return Stream.of(fixedIn)
                .map(EtcdRelease::of)
                .map(fixed -> new Span(fixed.firstOfLine(), fixed))
                .toList();
    }

    /** Pairs of the first release with it and the one that fixed it. */
    private static List<Span> between(String... pairs) {
        return Stream.iterate(0, i -> i < pairs.length, i -> i + 2)
                .map(i -> span(pairs[i], pairs[i + 1]))
                .toList();
    }

    private static Span span(String from, String fixedIn) {
        return new Span(EtcdRelease.of(from), EtcdRelease.of(fixedIn));
    }
}
