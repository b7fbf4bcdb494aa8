package dev.tidemark.sandbox.faults;

import static dev.tidemark.sandbox.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.sandbox.SandboxException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TcpProxyTest {
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final int QUIET_MILLIS = 300;

    private EchoServer server;
    private TcpProxy proxy;

    @BeforeEach
    void aProxyInFrontOfAnEcho() throws IOException {
        server = new EchoServer();
        proxy = TcpProxy.to(server.port());
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        proxy.close();
        eventually(SOON, () -> assertThat(server.open).hasValue(0));
        assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
        server.close();
    }

    @Test
    void passesOnWhatIsSentAndItsEnd() throws IOException {
        byte[] sent = new byte[5_000_000];
        new Random(7).nextBytes(sent);
        try (Socket client = connect()) {
            CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> send(client, sent, true));
            assertThat(client.getInputStream().readAllBytes()).isEqualTo(sent);
            sender.join();
        }
        eventually(SOON, () -> assertThat(proxy.counters().open()).isZero());
        assertThat(proxy.counters()).isEqualTo(new TcpProxy.Counters(1, 0, 0, 0, sent.length, sent.length));
        assertThat(server.broken).hasValue(0);
    }

    @Test
    void aCutResetsBothSidesAndLetsNewConnectionsIn() throws IOException {
        try (Socket one = connect();
                Socket other = connect()) {
            echo(one, 'a');
            echo(other, 'b');
            assertThat(proxy.cut()).isEqualTo(2);
            assertThatThrownBy(() -> one.getInputStream().read()).isInstanceOf(SocketException.class);
            assertThatThrownBy(() -> other.getInputStream().read()).isInstanceOf(SocketException.class);
            eventually(SOON, () -> assertThat(server.broken).hasValue(2));
        }
        try (Socket next = connect()) {
            echo(next, 'c');
        }
        assertThat(proxy.counters().cut()).isEqualTo(2);
    }

    @Test
    void aStallKeepsEverythingOpenAndLosesNothing() throws IOException {
        try (Socket old = connect()) {
            echo(old, 'a');
            proxy.stall();
            send(old, new byte[] {'b'}, false);
            assertSilent(old);
            try (Socket fresh = connect()) {
                send(fresh, new byte[] {'c'}, false);
                assertSilent(fresh);
                assertThat(server.open).hasValue(1);
                proxy.resume();
                assertThat(old.getInputStream().read()).isEqualTo('b');
                assertThat(fresh.getInputStream().read()).isEqualTo('c');
            }
        }
    }

    @Test
    void aStallOfOneDirectionLetsTheOtherPass() throws IOException {
        try (Socket client = connect()) {
            echo(client, 'a');
            proxy.stall(Direction.TO_CLIENT);
            send(client, new byte[] {'b'}, false);
            assertSilent(client);
            assertThat(proxy.counters().bytesToServer()).isEqualTo(2);
            proxy.resume(Direction.TO_CLIENT);
            assertThat(client.getInputStream().read()).isEqualTo('b');

            proxy.stall(Direction.TO_SERVER);
            send(client, new byte[] {'c'}, false);
            assertSilent(client);
            assertThat(proxy.counters().bytesToServer()).isEqualTo(2);
        }
    }

    @Test
    void aCutEndsAStalledConnectionToo() throws IOException {
        try (Socket client = connect()) {
            echo(client, 'a');
            proxy.stall();
            assertThat(proxy.cut()).isEqualTo(1);
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void aDelayHoldsBackEachWay() throws IOException {
        try (Socket client = connect()) {
            echo(client, 'a');
            proxy.delay(Duration.ofMillis(150));
            long before = System.nanoTime();
            echo(client, 'b');
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(Duration.ofMillis(300));
            proxy.heal();
            before = System.nanoTime();
            echo(client, 'c');
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofMillis(300));
        }
    }

    @Test
    void refusesNewConnectionsAndKeepsTheOldOnes() throws IOException {
        try (Socket client = connect()) {
            echo(client, 'a');
            proxy.refuse();
            assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
            echo(client, 'b');
            proxy.admit();
            connect().close();
        }
    }

    @Test
    void aServerThatIsAwayResetsTheClient() throws IOException {
        server.close();
        try (Socket client = connect()) {
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
        }
        assertThat(proxy.counters().failed()).isEqualTo(1);
        server = new EchoServer();
    }

    @Test
    void aClientThatResetsIsPassedOn() throws IOException {
        try (Socket client = connect()) {
            echo(client, 'a');
            client.setSoLinger(true, 0);
        }
        eventually(SOON, () -> assertThat(server.broken).hasValue(1));
        eventually(SOON, () -> assertThat(proxy.counters().open()).isZero());
    }

    @Test
    void routesByTheClientsAddress() throws IOException {
        try (EchoServer second = new EchoServer();
                Socket socket = new Socket()) {
            socket.bind(null);
            int chosen = socket.getLocalPort();
            try (TcpProxy router = TcpProxy.routing(from -> from.getPort() == chosen ? second.port() : 0)) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), router.port()));
                echo(socket, 'a');
                try (Socket unknown = new Socket(InetAddress.getLoopbackAddress(), router.port())) {
                    assertThatThrownBy(() -> unknown.getInputStream().read()).isInstanceOf(SocketException.class);
                }
            }
        }
    }

    @Test
    void saysThatItIsClosed() throws IOException {
        proxy.close();
        assertThatThrownBy(proxy::cut).isInstanceOf(SandboxException.class).hasMessageContaining("is closed");
        try (ServerSocket again = new ServerSocket(proxy.port(), 1, InetAddress.getLoopbackAddress())) {
            assertThat(again.isBound()).isTrue();
        }
    }

    @Test
    void aStalledSenderIsHeldBackAndNotBuffered() throws IOException {
        try (Socket client = connect()) {
            echo(client, 'a');
            proxy.stall(Direction.TO_SERVER);
            byte[] much = new byte[64 << 20];
            CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> send(client, much, false));
            eventually(SOON, () -> assertThat(proxy.counters().bytesToServer()).isEqualTo(1));
            assertSilent(client);
            assertThat(sender).isNotDone();
            proxy.cut();
            assertThatThrownBy(sender::join).isInstanceOf(CompletionException.class);
        }
    }

    private Socket connect() throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        client.setSoTimeout(10_000);
        return client;
    }

    private static void echo(Socket client, int one) throws IOException {
        client.getOutputStream().write(one);
        assertThat(client.getInputStream().read()).isEqualTo(one);
    }

    private static void assertSilent(Socket client) throws IOException {
        client.setSoTimeout(QUIET_MILLIS);
        InputStream in = client.getInputStream();
        assertThatThrownBy(in::read).isInstanceOf(SocketTimeoutException.class);
        client.setSoTimeout(10_000);
    }

    private static void send(Socket client, byte[] bytes, boolean last) {
        try {
            client.getOutputStream().write(bytes);
            if (last) {
                client.shutdownOutput();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
