package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.restorer.history.Hole;
import dev.tidemark.restorer.info.ArchiveInfo;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What {@code info} says of breaks, and of generations of which nothing can be had. */
class InfoVerbTest {
    @Test
    void nothingMissingAndNothingKnownAreNotTheSame() {
        ArchiveInfo info = info(
                ArchiveInfo.Standing.WITHOUT_BASE,
                new Hole(231, 299, "COMPACTED", "compacted at 300"),
                new Hole(0, 0, "COMPACTED", ""),
                new Hole(0, 0, "SOURCE_REPLACED", "the source was restored"));

        assertThat(InfoVerb.text(info))
                .contains("hole: revisions 231..299 are missing (COMPACTED: compacted at 300)")
                .contains("hole: no revision is missing (COMPACTED)")
                .contains("hole: it is not known whether revisions are missing (SOURCE_REPLACED: the source");
        JsonNode holes = new ObjectMapper().valueToTree(InfoVerb.document(info)).at("/holes");
        assertThat(holes.findValuesAsText("missing")).containsExactly("range", "none", "unknown");
        assertThat(holes.at("/0/from").asLong()).isEqualTo(231);
        assertThat(holes.at("/1/from").isNull()).isTrue();
        assertThat(holes.at("/2/to").isNull()).isTrue();
        assertThat(holes.at("/2/cause").asText()).isEqualTo("SOURCE_REPLACED");
    }

    @Test
    void whatIsGivenUpIsNotPromisedABase() {
        assertThat(InfoVerb.text(info(ArchiveInfo.Standing.WITHOUT_BASE))).contains("its base is on the way");
        assertThat(InfoVerb.text(info(ArchiveInfo.Standing.GIVEN_UP)))
                .contains("nothing is kept of it any more")
                .doesNotContain("on the way");
    }

    private static ArchiveInfo info(ArchiveInfo.Standing standing, Hole... holes) {
        ArchiveInfo.Generation generation = new ArchiveInfo.Generation(
                "01JDB3Z6V5KQ8S5G4N7T2R9WXY",
                standing,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                0,
                0,
                0,
                0,
                List.of(),
                Optional.empty());
        return new ArchiveInfo(
                "prod",
                List.of(generation),
                List.of(holes),
                OptionalLong.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                "");
    }
}
