package dev.tidemark.sandbox.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A bad way to an S3 store on loopback: it reads HTTP, so that a fault hits one request and not a connection. Requests
 * pass unchanged, with the host that the client signed; the store checks the signature with that same host. A store that
 * is away resets connections. Thread-safe.
 */
public final class S3Chaos implements AutoCloseable {
    private static final int BACKLOG = 256;

    private final ServerSocket listener;
    private final int serverPort;
    private final S3Counting counting = new S3Counting();
    private final Set<S3Link> links = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "s3-chaos");
        thread.setDaemon(true);
        return thread;
    });
    private volatile S3Plan plan;

    private S3Chaos(int serverPort, S3Plan plan) {
        this.serverPort = serverPort;
        this.plan = plan;
        try {
            this.listener = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.execute(this::accept);
    }

    /** A way to the store at this loopback port. */
    public static S3Chaos before(int serverPort, S3Plan plan) {
        return new S3Chaos(serverPort, plan);
    }

    /** The endpoint for clients, such as {@code http://127.0.0.1:12379}. */
    public String endpoint() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    /** From the next request on, this happens. */
    public void follow(S3Plan next) {
        plan = next;
    }

    /** What was done so far. */
    public S3Tally tally() {
        return counting.now();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                S3Link link = new S3Link(client, serverPort, () -> plan, counting);
                links.add(link);
                threads.execute(() -> {
                    link.run();
                    links.remove(link);
                });
            } catch (IOException e) {
                // Closed, or the client was gone before it was accepted.
            }
        }
    }

    /** Ends all connections and gives the port back. */
    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        links.forEach(S3Link::close);
        threads.shutdownNow();
    }
}
