package dev.tidemark.sandbox.faults;

import dev.tidemark.sandbox.SandboxException;
import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of a proxy: it alone touches sockets and conditions, so that nothing needs a lock. After each wake-up
 * every link moves as far as it can; the selector only says when to wake up.
 */
final class Forwarding implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Forwarding.class);
    private static final long PATIENCE_SECONDS = 10;
    private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int BACKLOG = 256;

    private final InetSocketAddress address;
    private final ToIntFunction<InetSocketAddress> route;
    private final Selector selector;
    private final Counting counting;
    private final Conditions conditions = new Conditions();
    private final Set<Link> links = new HashSet<>();
    private final Queue<FutureTask<Integer>> orders = new ConcurrentLinkedQueue<>();
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(1 << 16);
    private ServerSocketChannel listener;
    private volatile boolean over;

    /** Something to be done by the proxy's thread. */
    interface Order {
        int carryOut() throws IOException;
    }

    Forwarding(int port, ToIntFunction<InetSocketAddress> route, Counting counting) {
        this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        this.route = route;
        this.counting = counting;
        try {
            this.selector = Selector.open();
            listen();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Conditions conditions() {
        return conditions;
    }

    /** Has the proxy's thread do something, and returns when it is done. */
    int order(Order order) {
        FutureTask<Integer> task = new FutureTask<>(order::carryOut);
        orders.add(task);
        if (over) {
            task.cancel(false);
        }
        selector.wakeup();
        try {
            return task.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw failed(e.getCause());
        } catch (CancellationException | TimeoutException e) {
            throw failed(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(e);
        }
    }

    private SandboxException failed(Throwable cause) {
        return new SandboxException(
                Failure.UNAVAILABLE,
                "the proxy at " + address + (over ? " is closed: " : " does not do as it is told: ") + cause,
                "",
                cause);
    }

    @Override
    public void run() {
        try {
            while (!over) {
                selector.select(millisToNext());
                selector.selectedKeys().clear();
                carryOutOrders();
                accept();
                advance();
            }
        } catch (IOException | RuntimeException e) {
            LOG.error("the proxy at {} ends", address, e);
        } finally {
            end();
        }
    }

    private long millisToNext() {
        long now = System.nanoTime();
        long next = LONGEST_WAIT_NANOS;
        for (Link link : links) {
            next = Math.min(next, link.awaitNext(now));
        }
        return TimeUnit.NANOSECONDS.toMillis(next) + 1;
    }

    private void carryOutOrders() {
        for (FutureTask<Integer> next = orders.poll(); next != null; next = orders.poll()) {
            next.run();
        }
    }

    private void accept() throws IOException {
        while (listener != null) {
            SocketChannel client = listener.accept();
            if (client == null) {
                return;
            }
            counting.accepted().increment();
            try {
                int port = route.applyAsInt((InetSocketAddress) client.getRemoteAddress());
                if (port > 0) {
                    links.add(new Link(client, port, selector, conditions, counting));
                } else {
                    counting.failed().increment();
                    Link.reset(client);
                }
            } catch (IOException gone) {
                counting.failed().increment();
                Link.reset(client);
            }
        }
    }

    private void advance() {
        long now = System.nanoTime();
        for (Iterator<Link> all = links.iterator(); all.hasNext(); ) {
            Link link = all.next();
            try {
                if (!link.advance(scratch, now)) {
                    link.close();
                    all.remove();
                }
            } catch (IOException broken) {
                counting.failed().increment();
                link.reset();
                all.remove();
            }
        }
        counting.open().set(links.size());
    }

    /** Resets all connections, those too that nobody has accepted yet. */
    int cut() throws IOException {
        accept();
        int count = links.size();
        links.forEach(Link::reset);
        links.clear();
        counting.cut().add(count);
        counting.open().set(0);
        // Only now do the sockets of cancelled keys close.
        selector.selectNow();
        return count;
    }

    /** Closes the listening socket: who connects is refused by the kernel. */
    int refuse() throws IOException {
        if (listener != null) {
            listener.close();
            listener = null;
            selector.selectNow();
        }
        return 0;
    }

    int listen() throws IOException {
        if (listener == null) {
            ServerSocketChannel opened = ServerSocketChannel.open();
            try {
                opened.bind(address, BACKLOG);
                opened.configureBlocking(false);
                opened.register(selector, SelectionKey.OP_ACCEPT);
                listener = opened;
            } finally {
                if (listener == null) {
                    opened.close();
                }
            }
        }
        return 0;
    }

    /** Has the proxy's thread end soon. */
    void stop() {
        over = true;
        selector.wakeup();
    }

    private void end() {
        over = true;
        try {
            refuse();
            cut();
            selector.close();
        } catch (IOException e) {
            LOG.warn("the proxy at {} leaves something behind", address, e);
        }
        orders.forEach(task -> task.cancel(false));
    }
}
