package dev.tidemark.sandbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the proxy does to single requests, and in which shares. */
@Timeout(60)
class S3ChaosTest {
    private static final String BODY = "0123456789".repeat(1_000);

    private final List<String> arrived = new CopyOnWriteArrayList<>();
    private HttpServer store;
    private S3Chaos chaos;

    @BeforeEach
    void aProxyInFrontOfAStore() throws IOException {
        store = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        store.createContext("/", this::answer);
        store.start();
        chaos = S3Chaos.before(store.getAddress().getPort(), S3Plan.CALM);
    }

    @AfterEach
    void end() {
        chaos.close();
        store.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1);
        arrived.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                + exchange.getRequestHeaders().getFirst("Host") + " " + body.length());
        boolean chunked = exchange.getRequestURI().getPath().endsWith("chunked");
        exchange.sendResponseHeaders(200, chunked ? 0 : BODY.length());
        exchange.getResponseBody().write(BODY.getBytes(StandardCharsets.ISO_8859_1));
        exchange.close();
    }

    @Test
    void requestsPassUnchangedWithTheHostThatTheClientSigned() throws IOException {
        assertThat(send("PUT", "/bucket/a", "x".repeat(200_000)))
                .startsWith("HTTP/1.1 200")
                .endsWith(BODY);
        assertThat(send("GET", "/bucket/chunked", ""))
                .startsWith("HTTP/1.1 200")
                .endsWith("\r\n\r\n" + BODY);
        assertThat(arrived)
                .containsExactly("PUT /bucket/a " + host() + " 200000", "GET /bucket/chunked " + host() + " 0");
        assertThat(chaos.tally().requests()).isEqualTo(2);
        assertThat(chaos.tally().of(S3Fault.NONE)).isEqualTo(2);
    }

    @Test
    void whatIsRefusedNeverReachesTheStore() throws IOException {
        follow(S3Fault.THROTTLED);
        assertThat(send("PUT", "/bucket/a", "x".repeat(200_000)))
                .startsWith("HTTP/1.1 503")
                .contains("<Code>SlowDown</Code>");
        follow(S3Fault.FAILED);
        assertThat(send("GET", "/bucket/a", "")).startsWith("HTTP/1.1 503");
        assertThat(send("HEAD", "/bucket/a", "")).startsWith("HTTP/1.1 503").doesNotContain("Error");
        follow(S3Fault.RESET);
        assertThatThrownBy(() -> send("GET", "/bucket/a", "")).isInstanceOf(IOException.class);
        assertThat(arrived).isEmpty();
        assertThat(chaos.tally().of(S3Fault.FAILED)).isEqualTo(2);
    }

    @Test
    void aLostAnswerComesAfterTheEffect() {
        follow(S3Fault.LOST);
        assertThatThrownBy(() -> send("PUT", "/bucket/a", "xyz")).isInstanceOf(IOException.class);
        assertThat(arrived).containsExactly("PUT /bucket/a " + host() + " 3");
        assertThat(chaos.tally().of(S3Fault.LOST)).isEqualTo(1);
    }

    @Test
    void aCutEndsTheBodyOfTheRequestOrElseOfTheAnswer() {
        follow(S3Fault.CUT);
        assertThatThrownBy(() -> send("PUT", "/bucket/a", "x".repeat(200_000))).isInstanceOf(IOException.class);
        assertThat(arrived).isEmpty();
        assertThatThrownBy(() -> send("GET", "/bucket/a", "")).isInstanceOf(IOException.class);
        assertThat(arrived).hasSize(1);
        assertThat(chaos.tally().of(S3Fault.CUT)).isEqualTo(2);
    }

    @Test
    void exactlyOneBitOfTheAnswerIsAnotherOne() throws IOException {
        follow(S3Fault.CORRUPTED);
        String answer = send("GET", "/bucket/a", "");
        String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
        assertThat(body).hasSameSizeAs(BODY);
        int flipped = IntStream.range(0, BODY.length())
                .map(i -> Integer.bitCount(body.charAt(i) ^ BODY.charAt(i)))
                .sum();
        assertThat(flipped).isEqualTo(1);
        assertThat(chaos.tally().corruptedReads()).hasSize(1);
        send("GET", "/bucket?list-type=2", "");
        assertThat(chaos.tally().of(S3Fault.CORRUPTED)).isEqualTo(2);
        assertThat(chaos.tally().corruptedReads()).hasSize(1);
    }

    @Test
    void aSeedGivesTheSameDeedsInTheSharesThatWereAsked() {
        S3Shares shares = S3Shares.heavy();
        int draws = 40_000;
        List<S3Deed> deeds = deeds(shares, 7, draws);

        assertThat(deeds(shares, 7, draws)).isEqualTo(deeds);
        assertThat(deeds(shares, 8, draws)).isNotEqualTo(deeds);
        Map<S3Fault, Integer> counts = new EnumMap<>(S3Fault.class);
        deeds.forEach(deed -> counts.merge(deed.fault(), 1, Integer::sum));
        assertThat((counts.get(S3Fault.RESET) + counts.get(S3Fault.FAILED)) / (double) draws)
                .isCloseTo(shares.failed(), within(0.01));
        assertThat(counts.get(S3Fault.THROTTLED) / (double) draws).isCloseTo(shares.throttled(), within(0.01));
        assertThat(counts.get(S3Fault.CUT) / (double) draws).isCloseTo(shares.cut(), within(0.005));
        assertThat(counts.get(S3Fault.CORRUPTED) / (double) draws).isCloseTo(shares.corrupted(), within(0.002));
        assertThat(counts.get(S3Fault.LOST) / (double) draws).isCloseTo(shares.lost(), within(0.005));
        long delayed = deeds.stream().filter(deed -> !deed.delay().isZero()).count();
        assertThat(delayed / (double) draws).isCloseTo(shares.delayed(), within(0.01));
        assertThat(deeds).allMatch(deed -> deed.delay().compareTo(shares.longestDelay()) <= 0);
    }

    private static List<S3Deed> deeds(S3Shares shares, long seed, int draws) {
        S3Plan plan = shares.plan(seed);
        List<S3Deed> deeds = new ArrayList<>();
        for (int i = 0; i < draws; i++) {
            deeds.add(plan.next(new S3Request("GET", "/bucket/a", "", 0)));
        }
        return deeds;
    }

    @Test
    void aDelayedRequestArrivesLater() throws IOException {
        chaos.follow(request -> new S3Deed(S3Fault.NONE, Duration.ofMillis(300), 0));
        long begun = System.nanoTime();
        send("GET", "/bucket/a", "");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(290));
        assertThat(chaos.tally().delayed()).isEqualTo(1);
    }

    private void follow(S3Fault fault) {
        chaos.follow(request -> S3Deed.of(fault));
    }

    private String host() {
        return URI.create(chaos.endpoint()).getAuthority();
    }

    /** One request on a connection of its own; all that comes back until that ends. */
    private String send(String method, String target, String body) throws IOException {
        URI endpoint = URI.create(chaos.endpoint());
        try (Socket socket = new Socket(endpoint.getHost(), endpoint.getPort())) {
            String head = method + " " + target + " HTTP/1.1\r\nHost: " + host() + "\r\nContent-Length: "
                    + body.length() + "\r\n\r\n";
            socket.getOutputStream().write((head + body).getBytes(StandardCharsets.ISO_8859_1));
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            HttpHead answer = HttpHead.read(socket.getInputStream()).orElseThrow(() -> new IOException("no answer"));
            all.write(answer.bytes());
            long length = method.equals("HEAD") ? 0 : answer.length();
            byte[] bytes = socket.getInputStream().readNBytes((int) length);
            if (bytes.length < length) {
                throw new IOException("only " + bytes.length + " bytes of " + length);
            }
            all.write(bytes);
            return all.toString(StandardCharsets.ISO_8859_1);
        }
    }
}
