package dev.tidemark.sandbox;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Who an etcd member is among its peers.
 *
 * @param peerPort where it listens for its peers
 * @param advertisedPeerPort where its peers find it, which may be a proxy
 * @param initialCluster all members' names and advertised peer URLs, as etcd's flag wants them
 */
record Membership(String name, int peerPort, int advertisedPeerPort, String initialCluster, Origin origin) {
    /** Whether the member founds its cluster or joins one. */
    enum Origin {
        NEW("new"),
        EXISTING("existing");

        private final String flag;

        Origin(String flag) {
            this.flag = flag;
        }
    }

    /** A cluster of one. */
    static Membership alone() {
        String name = "sandbox";
        int port = FreePorts.next();
        return new Membership(name, port, port, name + "=" + url(port), Origin.NEW);
    }

    /** One of several, named by their numbers; all found their cluster together. */
    static Membership of(int member, int peerPort, List<Integer> advertisedPeerPorts) {
        String all = advertisedPeerPorts.stream()
                .map(port -> name(advertisedPeerPorts.indexOf(port)) + "=" + url(port))
                .collect(Collectors.joining(","));
        return new Membership(name(member), peerPort, advertisedPeerPorts.get(member), all, Origin.NEW);
    }

    /** The same member as it comes back without data. */
    Membership joining() {
        return new Membership(name, peerPort, advertisedPeerPort, initialCluster, Origin.EXISTING);
    }

    String advertisedUrl() {
        return url(advertisedPeerPort);
    }

    /** What a data directory is restored or founded with. */
    List<String> identityFlags() {
        return List.of(
                "--name=" + name,
                "--initial-cluster=" + initialCluster,
                "--initial-advertise-peer-urls=" + advertisedUrl());
    }

    /** What etcd is started with. */
    List<String> startFlags() {
        return List.of("--listen-peer-urls=" + url(peerPort), "--initial-cluster-state=" + origin.flag);
    }

    private static String name(int member) {
        return "member" + member;
    }

    private static String url(int port) {
        return "http://127.0.0.1:" + port;
    }
}
