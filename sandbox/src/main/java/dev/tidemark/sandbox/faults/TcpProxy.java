package dev.tidemark.sandbox.faults;

import dev.tidemark.sandbox.FreePorts;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.ToIntFunction;

/**
 * A network between clients and one server on loopback, which can be broken and healed: clients connect to {@link
 * #port}, and each connection gets one of its own to the server. Every method returns when its effect is there. If the
 * server itself refuses, the client's connection is reset. Thread-safe.
 */
public final class TcpProxy implements AutoCloseable {
    private static final Set<Direction> BOTH = EnumSet.allOf(Direction.class);

    private final int port = FreePorts.next();
    private final Counting counting = new Counting();
    private final Forwarding forwarding;
    private final Thread thread;

    /**
     * What a proxy has seen so far.
     *
     * @param accepted connections of clients, in all
     * @param cut of those, ended by {@link #cut}
     * @param failed of those, ended by a reset of either side or because the server refused
     * @param open now
     */
    public record Counters(long accepted, long cut, long failed, int open, long bytesToServer, long bytesToClient) {}

    private TcpProxy(ToIntFunction<InetSocketAddress> route) {
        this.forwarding = new Forwarding(port, route, counting);
        this.thread = new Thread(forwarding, "proxy-" + port);
        thread.setDaemon(true);
        thread.start();
    }

    /** A proxy in front of the server at this loopback port, which need not run yet. */
    public static TcpProxy to(int serverPort) {
        return new TcpProxy(client -> serverPort);
    }

    /** A proxy that chooses the server's port for each connection by the client's address; 0 resets it. */
    public static TcpProxy routing(ToIntFunction<InetSocketAddress> route) {
        return new TcpProxy(route);
    }

    /** Where clients connect to. */
    public int port() {
        return port;
    }

    /** Where clients connect to, such as {@code 127.0.0.1:12379}. */
    public String address() {
        return "127.0.0.1:" + port;
    }

    /** Resets all connections, and says how many there were; new ones are accepted at once. */
    public int cut() {
        return forwarding.order(forwarding::cut);
    }

    /** Forwards nothing any more: connections stay open, new ones are accepted, and nobody hears anything. */
    public void stall() {
        stall(BOTH);
    }

    /** Forwards nothing in one direction; what is sent in the other one still arrives. */
    public void stall(Direction direction) {
        stall(EnumSet.of(direction));
    }

    private void stall(Set<Direction> directions) {
        forwarding.order(() -> {
            forwarding.conditions().stall(directions);
            return 0;
        });
    }

    /** Ends any stall: everything that was sent meanwhile arrives. */
    public void resume() {
        resume(BOTH);
    }

    /** Ends the stall of one direction. */
    public void resume(Direction direction) {
        resume(EnumSet.of(direction));
    }

    private void resume(Set<Direction> directions) {
        forwarding.order(() -> {
            forwarding.conditions().resume(directions);
            return 0;
        });
    }

    /** Lets everything sent from now on arrive later by this time, in each direction; zero ends that. */
    public void delay(Duration time) {
        forwarding.order(() -> {
            forwarding.conditions().delay(time);
            return 0;
        });
    }

    /** Refuses new connections; those that are open go on. */
    public void refuse() {
        forwarding.order(forwarding::refuse);
    }

    /** Accepts connections again. */
    public void admit() {
        forwarding.order(forwarding::listen);
    }

    /** Ends all faults but what {@link #cut} has cut. */
    public void heal() {
        resume();
        delay(Duration.ZERO);
        admit();
    }

    public Counters counters() {
        return counting.now();
    }

    /** Resets all connections and gives the port back; closing twice is fine. */
    @Override
    public void close() {
        forwarding.stop();
        try {
            thread.join(Duration.ofSeconds(10).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
