package dev.tidemark.etcd.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.etcd.rpc.EtcdException.Disorder;
import dev.tidemark.etcd.rpc.RevisionAssembler.Fragment;
import dev.tidemark.etcd.rpc.proto.Event;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.RevisionRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RevisionAssemblerTest {
    @Property
    void anyLogCutAnywhereComesOutWhole(
            @ForAll @Size(min = 1, max = 60) List<@IntRange(min = 1, max = 5) Integer> sizes,
            @ForAll @LongRange(min = 2, max = 1_000_000) long start,
            @ForAll long seed) {
        List<Event> log = log(sizes, start);
        Random random = new Random(seed);
        RevisionAssembler assembler = new RevisionAssembler("fake", start);
        List<Change> out = new ArrayList<>();
        int at = 0;
        while (at < log.size()) {
            int end = Math.min(log.size(), at + 1 + random.nextInt(8));
            boolean revisionEnds = end == log.size() || main(log.get(end)) != main(log.get(end - 1));
            Fragment fragment = revisionEnds && random.nextBoolean() ? Fragment.LAST : Fragment.MORE_FOLLOWS;
            List<Change> whole = assembler.add(log.subList(at, end), fragment);
            if (!whole.isEmpty() && !out.isEmpty()) {
                assertThat(whole.get(0).main())
                        .isEqualTo(out.get(out.size() - 1).main() + 1);
            }
            out.addAll(whole);
            at = end;
        }
        out.addAll(assembler.add(List.of(), Fragment.LAST));

        assertThat(assembler.disorder()).isEmpty();
        assertThat(out).hasSameSizeAs(log);
        long sub = 0;
        for (int i = 0; i < log.size(); i++) {
            sub = i > 0 && main(log.get(i)) == main(log.get(i - 1)) ? sub + 1 : 0;
            assertThat(out.get(i).main()).isEqualTo(main(log.get(i)));
            assertThat(out.get(i).sub()).isEqualTo(sub);
        }
    }

    @Property
    void anyRevisionThatIsLeftOutIsNamedExactly(
            @ForAll @IntRange(min = 3, max = 60) int count,
            @ForAll @IntRange(min = 0, max = 57) int skip,
            @ForAll @LongRange(min = 2, max = 1_000_000) long start) {
        int without = skip % (count - 1);
        List<Event> log = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (i != without) {
                log.add(Events.put(start + i, "key"));
            }
        }
        RevisionAssembler assembler = new RevisionAssembler("fake", start);

        assertThat(assembler.add(log, Fragment.LAST)).hasSize(without);
        Disorder disorder = assembler.disorder().orElseThrow();
        assertThat(disorder.kind()).isEqualTo(Disorder.Kind.MISSING);
        assertThat(disorder.range()).isEqualTo(new RevisionRange(start + without, start + without));
    }

    @Test
    void theFirstRevisionWithChangesIsTwo() {
        RevisionAssembler assembler = new RevisionAssembler("fake", 1);
        assertThat(assembler.add(List.of(Events.put(2, "a")), Fragment.LAST)).hasSize(1);
        assertThat(assembler.disorder()).isEmpty();
    }

    @Test
    void aRevisionBeforeTheStartIsRefused() {
        RevisionAssembler assembler = new RevisionAssembler("fake", 10);
        assertThat(assembler.add(List.of(Events.put(9, "a")), Fragment.LAST)).isEmpty();
        assertThat(assembler.disorder().orElseThrow().kind()).isEqualTo(Disorder.Kind.REPEATED);
    }

    @Test
    void aRevisionThatWasWholeDoesNotGoOn() {
        RevisionAssembler assembler = new RevisionAssembler("fake", 10);
        assembler.add(List.of(Events.put(10, "a")), Fragment.LAST);
        assertThat(assembler.add(List.of(Events.put(10, "b")), Fragment.LAST)).isEmpty();
        assertThat(assembler.disorder().orElseThrow().range()).isEqualTo(new RevisionRange(10, 10));
    }

    private static List<Event> log(List<Integer> sizes, long start) {
        List<Event> log = new ArrayList<>();
        for (int i = 0; i < sizes.size(); i++) {
            for (int sub = 0; sub < sizes.get(i); sub++) {
                log.add(sub % 2 == 0 ? Events.put(start + i, "k" + sub) : Events.delete(start + i, "k" + sub));
            }
        }
        return log;
    }

    private static long main(Event event) {
        return event.getKv().getModRevision();
    }
}
