package dev.tidemark.sandbox;

import dev.tidemark.sandbox.faults.Direction;
import dev.tidemark.sandbox.faults.TcpProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The network between the members of a cluster. A member has one address for all its peers, so a door stands there,
 * which finds out who has dialed and leads to a proxy of that pair's own: each pair's connections can be broken alone.
 *
 * <p>Members dial in both ways: what one of them says travels in requests that it has dialed, and in answers to streams
 * that the other has.
 */
final class PeerNetwork implements AutoCloseable {
    private final int size;
    private final List<Integer> peerPorts = new ArrayList<>();
    private final List<TcpProxy> pairs = new ArrayList<>();
    private final List<TcpProxy> doors = new ArrayList<>();
    private final IntFunction<Long> pids;

    /** A network for so many members; {@code pids} gives a member's present process, 0 if there is none. */
    PeerNetwork(int size, IntFunction<Long> pids) {
        Dialer.requireProc();
        this.size = size;
        this.pids = pids;
        for (int target = 0; target < size; target++) {
            int peerPort = FreePorts.next();
            peerPorts.add(peerPort);
            for (int dialer = 0; dialer < size; dialer++) {
                pairs.add(TcpProxy.to(peerPort));
            }
            int member = target;
            doors.add(TcpProxy.routing(client -> portFor(client.getPort(), member)));
        }
    }

    /** The port of the pair's proxy; 0 if no member has dialed, or one that is gone. */
    private int portFor(int clientPort, int target) {
        List<Long> all = IntStream.range(0, size).mapToObj(pids).toList();
        try {
            return Dialer.among(all, clientPort, doors.get(target).port())
                    .map(pid -> link(all.indexOf(pid), target).port())
                    .orElse(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int peerPort(int member) {
        return peerPorts.get(member);
    }

    List<Integer> advertisedPorts() {
        return doors.stream().map(TcpProxy::port).toList();
    }

    /** The connections that one member has dialed to another. */
    TcpProxy link(int dialer, int target) {
        return pairs.get(target * size + dialer);
    }

    /** Lets nothing through between this member and any other. */
    void isolate(int member) {
        others(member).forEach(other -> {
            silence(member, other);
            silence(other, member);
        });
    }

    /** Lets nothing through of what one member says to another. */
    void silence(int speaker, int listener) {
        link(speaker, listener).stall(Direction.TO_SERVER);
        link(listener, speaker).stall(Direction.TO_CLIENT);
    }

    /** Ends whatever keeps this member and the others apart. */
    void heal(int member) {
        others(member).forEach(other -> {
            link(member, other).heal();
            link(other, member).heal();
        });
    }

    private IntStream others(int member) {
        return IntStream.range(0, size).filter(other -> other != member);
    }

    @Override
    public void close() {
        doors.forEach(TcpProxy::close);
        pairs.forEach(TcpProxy::close);
    }
}
