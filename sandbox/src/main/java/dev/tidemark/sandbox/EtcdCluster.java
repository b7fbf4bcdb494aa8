package dev.tidemark.sandbox;

import dev.tidemark.sandbox.faults.Fault;
import dev.tidemark.sandbox.faults.TcpProxy;
import dev.tidemark.schemas.Failure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/**
 * An etcd of several members, numbered from 0. Each is a {@link EtcdServer} that can be killed, stopped, paused and
 * started alone; between them, and in front of each, stands a network that can be broken. As thread-safe as its members.
 */
public final class EtcdCluster implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final List<EtcdServer> members = new ArrayList<>();
    private final Map<Integer, TcpProxy> clientProxies = new ConcurrentHashMap<>();
    private final PeerNetwork network;

    private final EtcdOptions options;
    private final EtcdAccess access;

    private EtcdCluster(EtcdOptions options, int size) {
        this.options = options;
        this.access = new EtcdAccess(options);
        this.network = new PeerNetwork(size, this::pid);
        for (int i = 0; i < size; i++) {
            Membership membership = Membership.of(i, network.peerPort(i), network.advertisedPorts());
            members.add(EtcdServer.member(options, access, membership));
        }
    }

    private long pid(int number) {
        EtcdServer member = members.get(number);
        return member.isAlive() ? member.pid() : 0;
    }

    /** Starts an empty etcd of three members, each with these further flags. */
    public static EtcdCluster launch(EtcdVersion version, String... flags) {
        return launch(EtcdOptions.of(version, flags), 3);
    }

    /** Starts an empty etcd of so many members. */
    public static EtcdCluster launch(EtcdOptions options, int size) {
        EtcdCluster cluster = new EtcdCluster(options, size);
        try {
            cluster.start();
            return cluster;
        } catch (SandboxException e) {
            cluster.close();
            throw e;
        }
    }

    /** Starts all members that don't run, at once: none becomes ready without a majority. */
    public void start() {
        Server.startTogether(members);
    }

    /** One member, to be killed, stopped, paused, started or asked by itself. */
    public EtcdServer member(int number) {
        return members.get(number);
    }

    public int size() {
        return members.size();
    }

    /** The number of the member that leads; waits until there is one. */
    public int leader() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() - deadline < 0) {
            Optional<Integer> leader = presentLeader();
            if (leader.isPresent()) {
                return leader.get();
            }
            Pause.of(PAUSE);
        }
        throw new SandboxException(Failure.UNAVAILABLE, "no leader within " + PATIENCE, "");
    }

    /** Any member that runs and does not lead. */
    public int follower() {
        int leader = leader();
        return IntStream.range(0, size())
                .filter(i -> i != leader && member(i).isAlive())
                .findFirst()
                .orElseThrow(() -> new SandboxException(Failure.UNAVAILABLE, "no follower runs", ""));
    }

    /** Whom a majority follows: one that is cut off may believe for a while that it still leads. */
    private Optional<Integer> presentLeader() {
        Map<Integer, MemberStatus> all = new HashMap<>();
        IntStream.range(0, size()).forEach(i -> status(i).ifPresent(status -> all.put(i, status)));
        return all.entrySet().stream()
                .filter(one -> one.getValue().isLeader())
                .filter(one ->
                        all.values().stream().filter(one.getValue()::agrees).count() > size() / 2)
                .map(Map.Entry::getKey)
                .findFirst();
    }

    private Optional<MemberStatus> status(int number) {
        EtcdServer member = member(number);
        if (!member.isAlive()) {
            return Optional.empty();
        }
        try {
            return Optional.of(MemberStatus.parse(
                    member.etcdctl("endpoint", "status", "--write-out=json", "--command-timeout=2s")));
        } catch (SandboxException noAnswer) {
            return Optional.empty();
        }
    }

    /** Cuts a member off from its peers as a dead network would: connections stay open, and nothing arrives. */
    public void isolate(int number) {
        network.isolate(number);
    }

    /** Lets nothing that one member says arrive at another, while it still hears that one. */
    public void silence(int speaker, int listener) {
        network.silence(speaker, listener);
    }

    /** Gives a member its network back. */
    public void heal(int number) {
        network.heal(number);
    }

    /**
     * Loses a member with its disk and replaces it, as an operator would: it is killed and removed from the cluster, its
     * data are deleted, and it joins again as a new member under its old addresses. Returns once it serves.
     */
    public void wipe(int number) {
        EtcdServer member = member(number);
        member.kill();
        EtcdServer other = member(leader());
        String id = memberId(other, member.membership().advertisedUrl());
        untilAccepted(() -> other.etcdctl("member", "remove", id));
        member.forget();
        untilAccepted(() -> other.etcdctl(
                "member",
                "add",
                member.membership().name(),
                "--peer-urls=" + member.membership().advertisedUrl()));
        member.start();
    }

    private static String memberId(EtcdServer asked, String peerUrl) {
        return asked.etcdctl("member", "list")
                .lines()
                .filter(line -> line.contains(peerUrl))
                .map(line -> line.substring(0, line.indexOf(',')))
                .findFirst()
                .orElseThrow(() -> new SandboxException(Failure.INTERNAL, "no member has " + peerUrl, ""));
    }

    /** etcd refuses to change its members while it is not sure of those that it has. */
    private static void untilAccepted(Runnable change) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                change.run();
                return;
            } catch (SandboxException refused) {
                if (System.nanoTime() - deadline > 0) {
                    throw refused;
                }
                Pause.of(PAUSE);
            }
        }
    }

    /** The client URLs of all members. */
    public List<String> endpoints() {
        return members.stream().map(EtcdServer::endpoint).toList();
    }

    /** A proxy in front of this member's clients, made at the first call; its peers don't go through it. */
    public TcpProxy clientProxy(int number) {
        return clientProxies.computeIfAbsent(number, n -> TcpProxy.to(member(n).port()));
    }

    /** The client URLs of all members through their proxies. */
    public List<String> proxiedEndpoints() {
        return IntStream.range(0, size())
                .mapToObj(i -> options.scheme() + "://" + clientProxy(i).address())
                .toList();
    }

    /** A member killed and, at the fault's end, started again. */
    public Fault killing(int number) {
        return Fault.of("kill member " + number, member(number)::kill, member(number)::start);
    }

    /** A member cut off from its peers for a while. */
    public Fault isolating(int number) {
        return Fault.of("isolate member " + number, () -> isolate(number), () -> heal(number));
    }

    /** Runs etcdctl against all members, of which one answers, and returns its standard output. */
    public String etcdctl(String... arguments) {
        return access.etcdctl(endpoints(), arguments);
    }

    /** Kills all members and deletes their data. */
    @Override
    public void close() {
        members.forEach(EtcdServer::close);
        clientProxies.values().forEach(TcpProxy::close);
        network.close();
    }
}
