package dev.tidemark.archive.level;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.schemas.avro.SeenLease;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What is kept of leases that several checkpoints name. */
class LeaseUnionTest {
    private final LeaseUnion union = new LeaseUnion();

    @Test
    void eachLeaseIsKeptAsItWasNamedLastAndAllAreInOrder() {
        union.add(new SeenLease(9L, 60L, 10L));
        union.add(new SeenLease(3L, 30L, 10L));
        union.add(new SeenLease(9L, 90L, 20L));
        assertThat(union.all()).containsExactly(new SeenLease(3L, 30L, 10L), new SeenLease(9L, 90L, 20L));
    }

    @Test
    void anUnknownTimeToLiveReplacesNoneThatIsKnownAndIsReplacedByAny() {
        union.add(new SeenLease(1L, 60L, 10L));
        union.add(new SeenLease(1L, -1L, 20L));
        union.add(new SeenLease(2L, -1L, 10L));
        union.add(new SeenLease(2L, 0L, 20L));
        union.add(new SeenLease(2L, 1L, 30L));
        assertThat(union.all()).containsExactly(new SeenLease(1L, 60L, 10L), new SeenLease(2L, 1L, 30L));
    }

    @Test
    void whatASideStateKnowsIsLeftOut() {
        union.add(new SeenLease(1L, 60L, 10L));
        union.add(new SeenLease(2L, 60L, 11L));
        assertThat(union.after(10)).containsExactly(new SeenLease(2L, 60L, 11L));
        assertThat(union.after(11)).isEmpty();
        assertThat(union.after(0)).hasSize(2);
    }

    @Test
    void manyLeasesAreWhatAMapOfThemWouldBe() {
        Random random = new Random(5);
        Map<Long, SeenLease> expected = new TreeMap<>();
        for (int i = 0; i < 200_000; i++) {
            // ids of etcd are random but for a counter at their end
            long id = (random.nextInt(50_000) + 1) * 0x5851f42d4c957f2dL;
            SeenLease lease = new SeenLease(id, (long) random.nextInt(4) - 1, (long) i / 1_000);
            union.add(lease);
            if (lease.getTtlSeconds() >= 1 || !expected.containsKey(id)) {
                expected.put(id, lease);
            }
        }
        assertThat(union.all()).isEqualTo(List.copyOf(expected.values()));
        assertThat(union.after(150))
                .isEqualTo(expected.values().stream()
                        .filter(lease -> lease.getSeenBy() > 150)
                        .toList());
    }
}
