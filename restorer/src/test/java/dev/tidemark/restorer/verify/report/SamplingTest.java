package dev.tidemark.restorer.verify.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SamplingTest {
    @Test
    void asManyRunsAsPartsReadEveryNameOnceAndEachAboutItsShare() {
        int[] reads = new int[20];
        for (int i = 0; i < 4_000; i++) {
            String name = "d/01JDB3Z6V5KQ8S5G4N7T2R9WXY/01JDB40M8H3D0V6E1C9A" + i + "/000000.avro";
            int taken = 0;
            for (int run = 7; run < 27; run++) {
                if (new Sampling(20, run).takes(name)) {
                    reads[run % 20]++;
                    taken++;
                }
            }
            assertThat(taken).isOne();
        }
        assertThat(Arrays.stream(reads)).allMatch(count -> count > 120 && count < 280);
    }

    @Test
    void oneOfOneTakesEverything() {
        assertThat(Sampling.EVERYTHING.takes("anything")).isTrue();
        assertThat(Sampling.EVERYTHING.isPartial()).isFalse();
    }
}
