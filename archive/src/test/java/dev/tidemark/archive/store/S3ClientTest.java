package dev.tidemark.archive.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How often requests are sent, and what answers mean that no healthy MinIO gives. */
class S3ClientTest {
    /**
     * An answer of the server.
     *
     * @param status 0: the connection is cut
     */
    private record Answer(int status, String body) {}

    private final Deque<Answer> answers = new ArrayDeque<>();
    private final List<String> requests = new ArrayList<>();
    private HttpServer server;
    private ObjectStore store;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        store = ObjectStores.open(ArchiveSettings.inS3(
                URI.create("s3://archive"),
                new ArchiveSettings.S3(
                        "http://127.0.0.1:" + server.getAddress().getPort(), "us-east-1", "key", "secret")));
    }

    @AfterEach
    void stop() {
        store.close();
        server.stop(0);
    }

    private synchronized void answer(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
        Answer next = answers.isEmpty() ? new Answer(200, "") : answers.remove();
        if (next.status == 0) {
            exchange.close();
            return;
        }
        exchange.getResponseHeaders().set("Content-Type", "application/xml");
        exchange.getResponseHeaders().set("Retry-After", "0");
        exchange.getResponseHeaders().set("ETag", "\"x\"");
        exchange.getResponseHeaders().set("Location", "/elsewhere");
        byte[] body = next.body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(next.status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }

    private void answers(int status, String code) {
        answers.add(new Answer(
                status, "<Error><Code>" + code + "</Code><Message>on purpose</Message><Resource>/</Resource></Error>"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 408, 429, 500, 502, 503, 504})
    void aCreationWithoutAUsableAnswerIsSentOnceAndUnknown(int status) {
        answers(status, status == 408 ? "RequestTimeout" : "ServiceUnavailable");

        assertThat(store.createIfAbsent("m/0", new byte[] {1})).isEqualTo(CreateOutcome.UNKNOWN);
        assertThat(requests).containsExactly("PUT /archive/m/0");
    }

    @Test
    void aCreationOnAConnectionThatWasUsedBeforeIsNotRepeatedEither() {
        store.createIfAbsent("m/0", new byte[] {1});
        answers.add(new Answer(0, ""));

        assertThat(store.createIfAbsent("m/1", new byte[] {1})).isEqualTo(CreateOutcome.UNKNOWN);
        assertThat(requests).containsExactly("PUT /archive/m/0", "PUT /archive/m/1");
    }

    @Test
    void aRedirectedCreationIsNotFollowed() {
        answers(307, "TemporaryRedirect");

        try {
            store.createIfAbsent("m/0", new byte[] {1});
        } catch (StoreRefusedException e) {
            assertThat(e).hasMessageContaining("create m/0");
        }
        assertThat(requests).containsExactly("PUT /archive/m/0");
    }

    @Test
    void aConflictIsUnknownAndAFailedConditionIsAnAnswer() {
        answers(409, "ConditionalRequestConflict");
        answers(412, "PreconditionFailed");
        answers(501, "NotImplemented");

        assertThat(store.createIfAbsent("m/0", new byte[] {1})).isEqualTo(CreateOutcome.UNKNOWN);
        assertThat(store.createIfAbsent("m/0", new byte[] {1})).isEqualTo(CreateOutcome.EXISTS);
        assertThatThrownBy(() -> store.createIfAbsent("m/0", new byte[] {1})).isInstanceOf(StoreRefusedException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"XAmzContentSHA256Mismatch", "BadDigest", "IncompleteBody", "SlowDown"})
    void aPutThatDidNotArriveWholeIsSentAgain(String code) {
        answers(400, code);

        store.put("d/0", new byte[] {1});
        assertThat(requests).containsExactly("PUT /archive/d/0", "PUT /archive/d/0");
    }

    @Test
    void aListingGoesOnBehindPagesThatAreShort() {
        answers.add(new Answer(200, page("", "one")));
        answers.add(new Answer(200, page("<Contents>" + object("g/1") + "</Contents>", "two")));
        answers.add(new Answer(200, page("<Contents>" + object("g/2") + "</Contents>", "")));

        assertThat(store.list("g/", "", 10)).extracting(ObjectInfo::name).containsExactly("g/1", "g/2");
        assertThat(requests).hasSize(3);
        assertThat(requests.get(1)).contains("continuation-token=one");
    }

    @Test
    void aListingThatCannotBeRightIsAskedForAgain() {
        answers.add(new Answer(200, page("<Contents>" + object("f/1") + "</Contents>", "")));
        answers.add(new Answer(
                200, page("<Contents>" + object("g/2") + "</Contents><Contents>" + object("g/1") + "</Contents>", "")));
        answers.add(new Answer(
                200, page("<Contents>" + object("g/1") + "</Contents><Contents>" + object("g/2") + "</Contents>", "")));

        assertThat(store.list("g/", "", 10)).extracting(ObjectInfo::name).containsExactly("g/1", "g/2");
        assertThat(requests).hasSize(3);
    }

    @Test
    void aListingGoesOnWhereItHasASuccessorThoughItDeniesThat() {
        answers.add(new Answer(
                200,
                page("<Contents>" + object("g/1") + "</Contents>", "one")
                        .replace("<IsTruncated>true", "<IsTruncated>fals")));
        answers.add(new Answer(200, page("<Contents>" + object("g/2") + "</Contents>", "")));

        assertThat(store.list("g/", "", 10)).extracting(ObjectInfo::name).containsExactly("g/1", "g/2");
    }

    @Test
    void aStatusCountsMoreThanAWordThatWasChangedOnItsWay() {
        answers(412, "PreconditionFailee");
        answers(404, "NoSuchKex");
        answers.add(new Answer(200, "found"));

        assertThat(store.createIfAbsent("m/0", new byte[] {1})).isEqualTo(CreateOutcome.EXISTS);
        assertThat(store.get("m/0")).isEqualTo("found".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aBucketThatS3CannotHaveIsRefusedBeforeAnythingIsAsked() {
        ArchiveSettings.S3 s3 = new ArchiveSettings.S3("http://127.0.0.1:9", "us-east-1", "key", "secret");

        assertThatThrownBy(() -> ObjectStores.open(ArchiveSettings.inS3(URI.create("s3://b/prefix"), s3)))
                .isInstanceOf(StoreRefusedException.class)
                .hasMessageContaining("s3://b/prefix");
    }

    @Test
    void whatFailsItsCheckIsFetchedOnceMore() {
        for (String answer : List.of("bad", "good", "bad", "bad", "bad", "worse")) {
            answers.add(new Answer(200, answer));
        }

        assertThat(sound("m/0")).as("damaged on its way").isEqualTo("good");
        assertThat(sound("m/0")).as("damaged where it rests").isEqualTo("bad");
        assertThatThrownBy(() -> sound("m/0"))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("m/0")
                .hasMessageContaining("came damaged twice");
        assertThat(requests).hasSize(6);
    }

    private String sound(String name) {
        byte[] good = "good".getBytes(StandardCharsets.UTF_8);
        return new String(SoundReads.get(store, name, seen -> Arrays.equals(seen, good)), StandardCharsets.UTF_8);
    }

    @Test
    void aStoreThatOnlyAsksForPatienceIsAskedForSeconds() {
        for (int i = 0; i < 7; i++) {
            answers(503, "SlowDown");
        }
        answers.add(new Answer(200, "found"));

        assertThat(store.get("m/0")).isEqualTo("found".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aStoreThatSpeaksButNeverServesShowsWithinFifteenSeconds() {
        for (int i = 0; i < 100; i++) {
            answers(503, "SlowDown");
        }
        long begun = System.nanoTime();

        assertThatThrownBy(() -> store.get("m/0"))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("SlowDown");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(15));
    }

    private static String object(String name) {
        return "<Key>" + name + "</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>"
                + "<ETag>\"x\"</ETag><Size>1</Size><StorageClass>STANDARD</StorageClass>";
    }

    private static String page(String contents, String token) {
        return "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>archive</Name>"
                + "<Prefix>g/</Prefix><MaxKeys>10</MaxKeys><IsTruncated>" + !token.isEmpty() + "</IsTruncated>"
                + (token.isEmpty() ? "" : "<NextContinuationToken>" + token + "</NextContinuationToken>")
                + contents + "</ListBucketResult>";
    }
}
