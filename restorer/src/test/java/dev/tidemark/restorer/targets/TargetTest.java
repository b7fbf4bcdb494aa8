package dev.tidemark.restorer.targets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.schemas.Failure;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-22T10:00:00Z"), ZoneOffset.UTC);

    @Test
    void everyFormOfTheCommandLineIsUnderstood() {
        assertThat(parse("latest")).isEqualTo(Target.latest());
        assertThat(parse("184467")).isEqualTo(Target.revision(184467));
        assertThat(parse("01JDB3Z6V5KQ8S5G4N7T2R9WXY:7")).isEqualTo(Target.revision("01JDB3Z6V5KQ8S5G4N7T2R9WXY", 7));
        assertThat(parse("2026-11-22T10:00:00Z")).isEqualTo(Target.time(CLOCK.instant()));
        assertThat(parse("2026-11-22T12:00:00.5+02:00"))
                .isEqualTo(Target.time(Instant.parse("2026-11-22T10:00:00.500Z")));
        assertThat(parse("-15m")).isEqualTo(Target.time(Instant.parse("2026-11-22T09:45:00Z")));
        assertThat(parse("-36h")).isEqualTo(Target.time(Instant.parse("2026-11-20T22:00:00Z")));
        assertThat(parse("before:100")).isEqualTo(Target.revision(99));
        assertThat(parse("before:01jdb3z6v5kq8s5g4n7t2r9wxy:100"))
                .isEqualTo(Target.revision("01JDB3Z6V5KQ8S5G4N7T2R9WXY", 99));
        assertThat(parse("before-delete:/registry/a:b"))
                .isEqualTo(Target.beforeDelete("/registry/a:b".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void whatIsPrintedIsUnderstoodAgain() {
        for (String text :
                new String[] {"latest", "17", "01JDB3Z6V5KQ8S5G4N7T2R9WXY:17", "2026-11-22T10:00:00Z", "before-delete:k"
                }) {
            assertThat(parse(text)).hasToString(text);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "now",
                "0",
                "before:1",
                "before:x",
                "before-delete:",
                "-15",
                "-1w",
                "15m",
                "2026-11-22",
                "99999999999999999999",
                "-99999999999999999999d",
                "-9999999999999999d",
                "GEN:5",
                "1.5"
            })
    void anythingElseIsRefusedAsUsage(String text) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOfSatisfying(TargetSyntaxException.class, e -> assertThat(e.failure())
                        .isEqualTo(Failure.USAGE))
                .hasMessageContaining("\"" + text + "\"");
    }

    private static Target parse(String text) {
        return Target.parse(text, CLOCK);
    }
}
