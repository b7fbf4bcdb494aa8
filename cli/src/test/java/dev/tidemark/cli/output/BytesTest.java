package dev.tidemark.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BytesTest {
    private static final byte[] BINARY = {(byte) 0xff, 0};

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void scriptsGetTextOrItsBase64() {
        assertThat(Bytes.document(utf8("ä\n"))).isEqualTo("ä\n");
        assertThat(Bytes.document(BINARY)).isEqualTo(Map.of("base64", "/wA="));
    }

    @Test
    void peopleGetNoControlCharactersButLinesWhereTheyAreExpected() {
        assertThat(Bytes.shown(utf8("/a/ä"))).isEqualTo("/a/ä");
        assertThat(Bytes.shown(utf8("a\nb"))).isEqualTo("base64:YQpi");
        assertThat(Bytes.shownLines(utf8("a:\n\tb\r\n"))).isEqualTo("a:\n\tb\r\n");
        assertThat(Bytes.shownLines(utf8("\u001b[2J"))).startsWith("base64:");
        assertThat(Bytes.shownLines(BINARY)).isEqualTo("base64:/wA=");
    }
}
