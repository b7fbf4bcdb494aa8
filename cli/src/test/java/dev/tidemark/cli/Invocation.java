package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import picocli.CommandLine;

/**
 * One run of the command in this process.
 *
 * @param code its exit code
 * @param out its standard output
 * @param err its standard error, with the logs
 * @param took how long it ran
 */
record Invocation(int code, String out, String err, Duration took) {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    static Invocation of(String... args) {
        PrintStream realOut = System.out;
        PrintStream realErr = System.err;
        ByteArrayOutputStream strayOut = new ByteArrayOutputStream();
        ByteArrayOutputStream logs = new ByteArrayOutputStream();
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        long started = System.nanoTime();
        int code;
        System.setOut(new PrintStream(strayOut, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(logs, true, StandardCharsets.UTF_8));
        try {
            CommandLine line = Tidemark.commandLine();
            line.setOut(new PrintWriter(out));
            line.setErr(new PrintWriter(err));
            code = line.execute(args);
        } finally {
            System.setOut(realOut);
            System.setErr(realErr);
        }
        return new Invocation(
                code,
                out + strayOut.toString(StandardCharsets.UTF_8),
                err + logs.toString(StandardCharsets.UTF_8),
                Duration.ofNanos(System.nanoTime() - started));
    }

    /** It failed as a script may rely on: this exit code, nothing on stdout, what failed and a hint on stderr. */
    Invocation assertFailed(int expected) {
        assertThat(code).as(err).isEqualTo(expected);
        assertThat(out).isEmpty();
        assertThat(err).contains("hint: ").doesNotContain("internal error");
        return this;
    }

    /** It went well. */
    Invocation assertSucceeded() {
        assertThat(code).as(err).isZero();
        return this;
    }

    /** It went well; returns stdout as the one JSON document that it must be. */
    JsonNode json() {
        assertThat(code).as(err + out).isZero();
        return document();
    }

    /** Stdout as the one JSON document that it must be, however it went. */
    JsonNode document() {
        try {
            return JSON.readTree(out);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not one JSON document: " + out, e);
        }
    }
}
