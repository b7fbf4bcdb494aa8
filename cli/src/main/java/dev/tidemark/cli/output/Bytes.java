package dev.tidemark.cli.output;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

/** Writes keys and values: as text when they are valid UTF-8, else as base64. */
public final class Bytes {
    private Bytes() {}

    /** For scripts: a string, or {@code {"base64": …}}. */
    public static Object document(byte[] bytes) {
        String text = text(bytes);
        return text != null ? text : Map.of("base64", Base64.getEncoder().encodeToString(bytes));
    }

    /** For people: the text, or its base64 with a mark. */
    public static String shown(byte[] bytes) {
        String text = text(bytes);
        return text != null && text.chars().noneMatch(Character::isISOControl)
                ? text
                : "base64:" + Base64.getEncoder().encodeToString(bytes);
    }

    /** For people, of what may have several lines: the text, or its base64 with a mark. */
    public static String shownLines(byte[] bytes) {
        String text = text(bytes);
        boolean readable =
                text != null && text.chars().allMatch(c -> !Character.isISOControl(c) || "\n\r\t".indexOf(c) >= 0);
        return readable ? text : shown(bytes);
    }

    private static String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
