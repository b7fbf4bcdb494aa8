package dev.tidemark.sandbox.faults;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.List;

/** One connection of a client, and the one to the server that belongs to it. Belongs to the proxy's thread. */
final class Link {
    /** After so many reads of each side it is the turn of other links. */
    private static final int TURNS = 16;

    private final SocketChannel client;
    private final SocketChannel server;
    private final SelectionKey clientKey;
    private final SelectionKey serverKey;
    private final int serverPort;
    private final Conditions conditions;
    private final Flow toServer;
    private final Flow toClient;
    private boolean dialed;

    Link(SocketChannel client, int serverPort, Selector selector, Conditions conditions, Counting counting)
            throws IOException {
        this.client = client;
        this.serverPort = serverPort;
        this.conditions = conditions;
        this.server = SocketChannel.open();
        for (SocketChannel channel : List.of(client, server)) {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
        this.clientKey = client.register(selector, 0);
        this.serverKey = server.register(selector, 0);
        this.toServer = new Flow(client, server, Direction.TO_SERVER, conditions, counting.bytesToServer());
        this.toClient = new Flow(server, client, Direction.TO_CLIENT, conditions, counting.bytesToClient());
    }

    /** Moves what can be moved; false once both ends have closed in order. */
    boolean advance(ByteBuffer scratch, long now) throws IOException {
        if (isConnected()) {
            for (int turn = 0; turn < TURNS; turn++) {
                boolean there = toServer.advance(scratch, now);
                boolean back = toClient.advance(scratch, now);
                if (!there && !back) {
                    break;
                }
            }
        }
        return !(toServer.isOver() && toClient.isOver());
    }

    /** A stalled network lets no new connection through to the server either. */
    private boolean isConnected() throws IOException {
        if (!dialed && !conditions.isStalled(Direction.TO_SERVER)) {
            dialed = true;
            return server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), serverPort));
        }
        return server.isConnected() || (dialed && server.finishConnect());
    }

    /** Tells the selector what this link waits for; returns the nanoseconds until it wants to go on by itself. */
    long awaitNext(long now) {
        if (!server.isConnected()) {
            clientKey.interestOps(0);
            serverKey.interestOps(dialed ? SelectionKey.OP_CONNECT : 0);
            return Long.MAX_VALUE;
        }
        clientKey.interestOps(interest(toServer, toClient, now));
        serverKey.interestOps(interest(toClient, toServer, now));
        long next = Long.MAX_VALUE;
        for (Flow flow : List.of(toServer, toClient)) {
            next = flow.isDue(now) ? next : Math.min(next, flow.nanosToNext(now));
        }
        return next;
    }

    private static int interest(Flow read, Flow written, long now) {
        return (read.wantsToRead() ? SelectionKey.OP_READ : 0) | (written.isDue(now) ? SelectionKey.OP_WRITE : 0);
    }

    /** Closes both connections with a reset; the channels' keys are cancelled, the selector has to notice. */
    void reset() {
        reset(client);
        reset(server);
    }

    static void reset(SocketChannel channel) {
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException alreadyClosed) {
            // then there is nothing to reset
        }
        closeQuietly(channel);
    }

    /** Closes both after everything has been passed on. */
    void close() {
        closeQuietly(client);
        closeQuietly(server);
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException gone) {
            // the other side's troubles end here
        }
    }
}
