package dev.tidemark.etcd.rpc;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes docs/etcd-versions.md from the bugs that the code knows. */
final class KnownBugPage {
    private static final String HEAD =
            """
            # Releases of etcd and their known bugs

            Written from the code; a test compares. The tests run on etcd 3.5.35, 3.6.16 and 3.7.3, and on 3.4.23 where its Debian packages can be had:
            - on all four: the watch, users, TLS, snapshots and bases, connections that break in every way, compactions that race with capture;
            - on 3.5 to 3.7: the restore, and the whole way from a source through capture and compactor, both killed meanwhile, to an etcd that is booted;
            - on 3.6 alone: all else, such as clusters of several members, forks, kill -9 at every step of capture's work, 300 cuts of the connection under load.

            At its first connection to a member, and whenever a member turns out to run another release, `capture` warns of each bug of this page that the release
            has. Nothing on this page makes it lose a revision silently: what cannot be had from the source ends a generation and is named by `info`.

            Two more oddities of old releases: etcd 3.4 cannot say whether its users and roles changed, so they are taken from snapshots at fixed times, and
            its snapshots do not name their storage version.

            | bug | releases | what goes wrong | what Tidemark does |
            |---|---|---|---|
            """;

    private KnownBugPage() {}

    static String text() {
        return HEAD + Stream.of(KnownBug.values()).map(KnownBugPage::row).collect(Collectors.joining());
    }

    private static String row(KnownBug bug) {
        return String.format(
                Locale.ROOT,
                "| [%s](%s) | %s | %s | %s |\n",
                bug.id(),
                bug.reference(),
                String.join("; ", bug.affected()),
                bug.effect(),
                bug.remedy());
    }
}
