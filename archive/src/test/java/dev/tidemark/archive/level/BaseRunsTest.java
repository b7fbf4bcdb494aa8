package dev.tidemark.archive.level;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.schemas.avro.IndexRun;
import dev.tidemark.schemas.avro.ObjectRef;
import dev.tidemark.schemas.avro.RunFile;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Which files of live keys a base writes anew. */
class BaseRunsTest {
    private static RunFile file(int from, long bytes, long asOf) {
        ByteBuffer key = ByteBuffer.wrap(new byte[] {(byte) from});
        return new RunFile(new ObjectRef("d/" + from + ".run", bytes, ""), "", 1L, key, 1L, asOf);
    }

    private static IndexRun hour(long last) {
        return new IndexRun(List.of(file(0, 10, 0)), last);
    }

    private static List<IndexRun> runs(List<RunFile> files, List<IndexRun> hours) {
        List<IndexRun> runs = new ArrayList<>(List.of(new IndexRun(files, 0L)));
        runs.addAll(hours);
        return runs;
    }

    /** The files with those that are due as of now. */
    private static List<RunFile> written(BaseRuns plan, long now) {
        List<RunFile> files = new ArrayList<>();
        for (int i = 0; i < plan.files().size(); i++) {
            RunFile file = plan.files().get(i);
            files.add(plan.due().get(i) ? file(i, file.getFile().getBytes(), now) : file);
        }
        return files;
    }

    private static long bytes(BaseRuns plan) {
        return plan.due().stream()
                .mapToLong(i -> plan.files().get(i).getFile().getBytes())
                .sum();
    }

    @Property(tries = 300)
    void eachBaseWritesASeventhAndNamesSixHoursAtMostWhateverTheSizesOfFiles(@ForAll long seed) {
        Random random = new Random(seed);
        List<RunFile> files = new ArrayList<>();
        long largest = 0;
        for (int i = 0; i < 1 + random.nextInt(40); i++) {
            files.add(file(i, 1 + random.nextInt(1 + random.nextInt(1_000)), 1));
            largest = Math.max(largest, files.get(i).getFile().getBytes());
        }
        List<IndexRun> hours = List.of();
        for (long now = 2; now < 50; now++) {
            BaseRuns plan = BaseRuns.after(runs(files, hours), List.of(hour(now)));
            assertThat(bytes(plan))
                    .as("bytes written at %d", now)
                    .isLessThanOrEqualTo(BaseRuns.bytes(files) / 7 + 7 + largest);
            files = written(plan, now);
            hours = plan.hoursAfter(files);
            assertThat(hours).hasSizeLessThanOrEqualTo(BaseRuns.MOST_HOURS);
            long oldest = files.stream().mapToLong(RunFile::getAsOf).min().orElseThrow();
            for (long hour = oldest + 1; hour <= now; hour++) {
                assertThat(hours).contains(hour(hour));
            }
        }
    }

    @Test
    void whatHasNoFileThatSaysHowFarBehindItIsIsWrittenAsAWhole() {
        List<RunFile> old = List.of(file(1, 100, 0), file(2, 100, 7));
        for (List<IndexRun> former : List.of(
                List.<IndexRun>of(), List.of(new IndexRun(List.of(), 0L), hour(3)), runs(old, List.of(hour(0))))) {
            BaseRuns plan = BaseRuns.after(former, List.of(hour(9)));
            assertThat(plan.files()).isEmpty();
            assertThat(plan.stretches()).containsExactly(new BaseRuns.Stretch(0, 0));
            assertThat(plan.border(0)).isEmpty();
            assertThat(plan.hoursAfter(List.of(file(1, 50, 9)))).isEmpty();
        }
    }

    @Test
    void afterManyHoursAtOnceNoMoreThanSixAreNamed() {
        List<RunFile> files = List.of(file(1, 100, 4), file(2, 100, 5), file(3, 100, 6), file(4, 100, 3));
        List<IndexRun> since = List.of(hour(7), hour(8), hour(9), hour(10), hour(11));
        BaseRuns plan = BaseRuns.after(runs(files, List.of(hour(4), hour(5), hour(6))), since);
        assertThat(plan.due()).isEqualTo(BitSet.valueOf(new long[] {0b1001}));
        assertThat(plan.stretches()).containsExactly(new BaseRuns.Stretch(0, 1), new BaseRuns.Stretch(3, 4));
        assertThat(plan.border(3)).containsExactly(4);
        assertThat(plan.border(4)).isEmpty();
        assertThat(plan.hoursAfter(written(plan, 11)))
                .containsExactly(hour(6), hour(7), hour(8), hour(9), hour(10), hour(11));
    }

    /** Of two the first is written in the fourth hour, and the other one in the seventh. */
    @Test
    void fewLargeFilesAreWrittenInHoursFarApart() {
        List<RunFile> files = List.of(file(0, 100, 1), file(1, 100, 1));
        List<IndexRun> hours = List.of();
        List<String> due = new ArrayList<>();
        for (long now = 2; now < 16; now++) {
            BaseRuns plan = BaseRuns.after(runs(files, hours), List.of(hour(now)));
            if (!plan.due().isEmpty()) {
                due.add(now - 1 + " " + plan.due());
            }
            files = written(plan, now);
            hours = plan.hoursAfter(files);
        }
        assertThat(due).containsExactly("4 {0}", "7 {1}", "11 {0}", "14 {1}");
    }
}
