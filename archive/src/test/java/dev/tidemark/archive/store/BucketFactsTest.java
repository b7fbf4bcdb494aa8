package dev.tidemark.archive.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is left of an upload in parts, and where it is looked for. */
class BucketFactsTest {
    private static final String BEGUN = "<InitiateMultipartUploadResult><Bucket>b</Bucket><Key>k</Key>"
            + "<UploadId>u-1</UploadId></InitiateMultipartUploadResult>";
    private static final String NONE_LEFT =
            "<ListMultipartUploadsResult><Bucket>b</Bucket><KeyMarker/><UploadIdMarker/><NextKeyMarker/>"
                    + "<NextUploadIdMarker/><MaxUploads>100</MaxUploads><IsTruncated>false</IsTruncated></ListMultipartUploadsResult>";

    @ParameterizedTest
    @CsvSource({"403, AccessDenied", "500, InternalError", "503, SlowDown"})
    void anUploadWhosePartIsNotTakenIsAbortedAllTheSame(int status, String code) throws IOException {
        try (FakeS3 s3 = new FakeS3(
                        request -> request.startsWith("PUT ") ? FakeS3.Answer.error(status, code) : healthy(request));
                BucketFacts facts =
                        BucketFacts.of(s3.archive("s3://bucket/tidemark")).orElseThrow()) {
            BucketFacts.BrokenOff broken = facts.breakOff("probes/parts");

            assertThat(broken.begun()).isFalse();
            assertThat(broken.why()).contains(code);
            assertThat(s3.requests())
                    .last()
                    .asString()
                    .startsWith("DELETE /bucket/tidemark/probes/parts")
                    .contains("uploadId=u-1");
        }
    }

    @Test
    void thatThePartWasNotTakenIsSaidThoughTheUploadCannotBeAbortedEither() throws IOException {
        try (FakeS3 s3 = new FakeS3(request -> switch (request.substring(0, request.indexOf(' '))) {
                    case "PUT" -> FakeS3.Answer.error(403, "AccessDenied");
                    case "DELETE" -> FakeS3.Answer.error(501, "NotImplemented");
                    default -> healthy(request);
                });
                BucketFacts facts =
                        BucketFacts.of(s3.archive("s3://bucket/tidemark")).orElseThrow()) {
            assertThat(facts.breakOff("probes/parts").why()).contains("AccessDenied");
        }
    }

    @Test
    void leftoversAreLookedForBelowTheArchiveAndNotBesideIt() throws IOException {
        try (FakeS3 s3 = new FakeS3(BucketFactsTest::healthy);
                BucketFacts facts =
                        BucketFacts.of(s3.archive("s3://bucket/tidemark/")).orElseThrow()) {
            BucketFacts.BrokenOff broken = facts.breakOff("probes/parts");

            assertThat(broken.begun()).isTrue();
            assertThat(broken.leftovers()).contains(List.of());
            assertThat(s3.requests())
                    .filteredOn(request -> request.startsWith("DELETE "))
                    .hasSize(1);
            assertThat(s3.requests())
                    .last()
                    .asString()
                    .startsWith("GET /bucket?")
                    .containsPattern("prefix=tidemark(/|%2F)(&|$)");
        }
    }

    private static FakeS3.Answer healthy(String request) {
        if (request.startsWith("POST ")) {
            return new FakeS3.Answer(200, BEGUN);
        }
        return request.startsWith("GET ")
                ? new FakeS3.Answer(200, NONE_LEFT)
                : new FakeS3.Answer(request.startsWith("DELETE ") ? 204 : 200, "");
    }
}
