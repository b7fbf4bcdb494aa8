package dev.tidemark.sandbox;

import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Free TCP ports of the loopback interface, each handed out once in this process. They lie below the ephemeral range, so
 * no outgoing connection takes one while its server is down between a kill and a restart. Thread-safe.
 */
public final class FreePorts {
    private static final int FIRST = 10_000;
    private static final int COUNT = 22_000;
    private static final int ATTEMPTS = 1_000;
    private static final Set<Integer> TAKEN = ConcurrentHashMap.newKeySet();
    // Unseeded on purpose: processes that start at the same moment must not try the same ports.
    private static final Random RANDOM = new Random();

    private FreePorts() {}

    /** A port on which nothing listens. */
    public static int next() {
        for (int i = 0; i < ATTEMPTS; i++) {
            int port = FIRST + RANDOM.nextInt(COUNT);
            if (TAKEN.add(port) && isFree(port)) {
                return port;
            }
        }
        throw new SandboxException(Failure.UNAVAILABLE, "no free TCP port found on 127.0.0.1", "");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException inUse) {
            return false;
        }
    }
}
