package dev.tidemark.archive.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which of a bucket's rules reach an archive, and which only look as if they did. */
class ExpirationRulesTest {
    @ParameterizedTest
    @CsvSource({
        "s3://bucket/tidemark, ''",
        "s3://bucket/tidemark, tide",
        "s3://bucket/tidemark, tidemark",
        "s3://bucket/tidemark, tidemark/",
        "s3://bucket/tidemark, tidemark/c/prod/",
        "s3://bucket/tidemark/, tidemark/c/prod/",
        "s3://bucket/a/tidemark, a/",
        "s3://bucket, ''",
        "s3://bucket, anything/"
    })
    void aRuleThatReachesTheArchiveIsNamed(String archive, String rule) throws IOException {
        assertThat(reaching(archive, rule)).hasValueSatisfying(rules -> assertThat(rules)
                .singleElement()
                .asString()
                .isEqualTo("rule r deletes " + (rule.isEmpty() ? "everything" : rule + "*") + " after 7 days"));
    }

    @ParameterizedTest
    @CsvSource({
        "s3://bucket/tidemark, tidemark-logs/",
        "s3://bucket/tidemark, tidemark2",
        "s3://bucket/tidemark/, tidemark-logs/",
        "s3://bucket/tidemark, logs/",
        "s3://bucket/tidemark, /tidemark/",
        "s3://bucket/a/tidemark, a/tidemark-logs/"
    })
    void aRuleForANeighbourIsNoneOfTheArchives(String archive, String rule) throws IOException {
        assertThat(reaching(archive, rule)).contains(List.of());
    }

    private static Optional<List<String>> reaching(String archive, String rule) throws IOException {
        String rules = "<LifecycleConfiguration><Rule><ID>r</ID><Status>Enabled</Status><Filter><Prefix>" + rule
                + "</Prefix></Filter><Expiration><Days>7</Days></Expiration></Rule></LifecycleConfiguration>";
        try (FakeS3 s3 = new FakeS3(request -> new FakeS3.Answer(200, rules))) {
            return ExpirationRules.of(s3.archive(archive));
        }
    }
}
