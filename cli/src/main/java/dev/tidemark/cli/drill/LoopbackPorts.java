package dev.tidemark.cli.drill;

import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/**
 * Two TCP ports of 127.0.0.1 on which nobody listened a moment ago, as the kernel chooses them: there are always some,
 * however many were given out before. Somebody else may take them before they are used.
 */
record LoopbackPorts(int client, int peer) {
    private static final byte[] LOOPBACK = {127, 0, 0, 1};

    static LoopbackPorts free() {
        // Both are open at once, or they might be one.
        try (ServerSocket one = new ServerSocket();
                ServerSocket other = new ServerSocket()) {
            InetSocketAddress any = new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), 0);
            one.bind(any);
            other.bind(any);
            return new LoopbackPorts(one.getLocalPort(), other.getLocalPort());
        } catch (IOException e) {
            throw new DrillException(
                    Failure.UNAVAILABLE,
                    "no free TCP port of 127.0.0.1 for the etcd to boot: " + e,
                    "end something that listens or connects there, and drill again",
                    e);
        }
    }
}
