package dev.tidemark.cli.check;

import dev.tidemark.capture.watch.CompactRevision;
import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.etcd.rpc.EtcdException;
import dev.tidemark.etcd.rpc.EtcdHeader;
import dev.tidemark.etcd.rpc.EtcdRelease;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.etcd.rpc.EtcdStatus;
import dev.tidemark.etcd.rpc.EtcdWatch;
import dev.tidemark.etcd.rpc.KnownBug;
import dev.tidemark.etcd.rpc.WatchSignal;
import dev.tidemark.schemas.Failure;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** The source: each endpoint, its quorum, and what our user may do there. */
final class EtcdChecks {
    private static final byte[] COMPACT_REV_KEY = "compact_rev_key".getBytes(StandardCharsets.US_ASCII);
    private static final Duration CALL = Duration.ofSeconds(4);

    private final List<EtcdSettings> members;
    private final Map<String, EtcdStatus> reached = new ConcurrentHashMap<>();

    EtcdChecks(List<EtcdSettings> members) {
        this.members = members.stream()
                .map(member -> member.withTimeouts(CALL, member.stallTimeout()))
                .toList();
    }

    List<EtcdSettings> members() {
        return members;
    }

    /** One member by itself. */
    void endpoint(Findings findings, EtcdSettings member) {
        findings.check("etcd " + member.endpoint(), name -> {
            try (EtcdClient client = EtcdClient.open(member)) {
                return described(name, client.status());
            }
        });
    }

    private Finding described(String name, EtcdStatus status) {
        reached.put(name, status);
        String detail = status.version() + ", " + status.role().name().toLowerCase(Locale.ROOT) + ", cluster "
                + Long.toHexString(status.clusterId()) + ", revision " + status.revision();
        List<String> known = EtcdRelease.parse(status.version()).stream()
                .flatMap(release -> KnownBug.of(release).stream().map(bug -> bug.advice(release)))
                .toList();
        return known.isEmpty()
                ? Finding.ok(name, detail)
                : Finding.warn(name, detail + "; " + String.join("; ", known), "upgrade etcd");
    }

    /** What the members agree on, and what the user may do. */
    void cluster(Findings findings) {
        EtcdClient[] serving = new EtcdClient[1];
        try {
            boolean quorum = findings.check("etcd quorum", name -> {
                serving[0] = anyWithQuorum();
                EtcdHeader header = serving[0].linearizable();
                return Finding.ok(name, "revision " + header.revision() + " agreed, by " + serving[0].endpoint());
            });
            if (!quorum) {
                findings.skip("no quorum", "etcd watch", "etcd maintenance", "etcd compaction");
                return;
            }
            findings.check("etcd watch", name -> watch(name, serving[0]));
            findings.check("etcd maintenance", name -> maintenance(name, serving[0]));
            findings.check("etcd compaction", name -> compaction(name, serving[0]));
        } finally {
            if (serving[0] != null) {
                serving[0].close();
            }
        }
    }

    private EtcdClient anyWithQuorum() {
        EtcdException last = null;
        for (EtcdSettings member : members) {
            EtcdClient client = EtcdClient.open(member);
            try {
                client.linearizable();
                return client;
            } catch (EtcdException e) {
                client.close();
                last = e;
                if (e instanceof EtcdException.Credentials) {
                    throw e;
                }
            }
        }
        throw last;
    }

    /** All endpoints must be of one cluster; asked once every endpoint has had its time. */
    void oneCluster(Findings findings) {
        findings.check("etcd cluster", name -> {
            Map<String, String> ids = new TreeMap<>();
            reached.forEach((endpoint, status) -> ids.put(Long.toHexString(status.clusterId()), endpoint));
            if (ids.isEmpty()) {
                return Finding.skip(name, "no endpoint answers");
            }
            return ids.size() == 1
                    ? Finding.ok(
                            name,
                            ids.keySet().iterator().next() + ", " + reached.size() + " of " + members.size()
                                    + " endpoints answer")
                    : Finding.fail(
                            name,
                            Failure.USAGE,
                            "the endpoints belong to different clusters: " + ids,
                            "etcd.endpoints names the members of one cluster");
        });
    }

    private static Finding watch(String name, EtcdClient client) {
        try (EtcdWatch watch = client.watch(client.linearizable().revision() + 1)) {
            return watch.next(CALL).accept(new WatchAnswer(name, client.endpoint()));
        }
    }

    /** HashKV of a revision that does not exist is refused before anything is hashed, and after the user was checked. */
    private static Finding maintenance(String name, EtcdClient client) {
        try {
            client.authRevision();
            client.hashKv(Long.MAX_VALUE);
        } catch (EtcdException.FutureRevision allowed) {
            return Finding.ok(name, "Snapshot, HashKV and AuthStatus are allowed");
        } catch (EtcdException.Credentials e) {
            return Finding.fail(
                    name,
                    Failure.USAGE,
                    e.getMessage(),
                    "bases and proofs need a user with the root role; READ alone is enough for the watch");
        }
        return Finding.ok(name, "Snapshot, HashKV and AuthStatus are allowed");
    }

    private static Finding compaction(String name, EtcdClient client) {
        long newest = client.linearizable().revision();
        long compacted = new CompactRevision(client::isCompacted).between(-1, newest);
        if (client.get(COMPACT_REV_KEY).isPresent()) {
            return Finding.ok(name, "by Kubernetes; compact revision " + compacted + " of " + newest);
        }
        return compacted > 0
                ? Finding.ok(name, "compact revision " + compacted + " of " + newest)
                : Finding.warn(
                        name,
                        "the source was never compacted: its file grows with every write",
                        "start etcd with --auto-compaction-mode=periodic --auto-compaction-retention=1h");
    }

    /** What a watch says first. */
    private record WatchAnswer(String name, String endpoint) implements WatchSignal.Visitor<Finding> {
        private Finding allowed() {
            return Finding.ok(name, "all keys may be watched and read");
        }

        @Override
        public Finding created(WatchSignal.Created created) {
            return allowed();
        }

        @Override
        public Finding revisions(WatchSignal.Revisions revisions) {
            return allowed();
        }

        @Override
        public Finding progress(WatchSignal.Progress progress) {
            return allowed();
        }

        @Override
        public Finding compacted(WatchSignal.Compacted compacted) {
            return allowed();
        }

        @Override
        public Finding refused(WatchSignal.Refused refused) {
            return Finding.fail(
                    name,
                    Failure.USAGE,
                    endpoint + " refuses the watch: " + refused.reason(),
                    "give the user READ on all keys");
        }

        @Override
        public Finding idle(WatchSignal.Idle idle) {
            return Finding.fail(
                    name,
                    Failure.UNAVAILABLE,
                    endpoint + " does not answer a watch",
                    "is there a proxy between that passes no streams?");
        }
    }
}
