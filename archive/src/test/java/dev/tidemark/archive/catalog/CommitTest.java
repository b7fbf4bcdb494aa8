package dev.tidemark.archive.catalog;

import static dev.tidemark.archive.catalog.Examples.BASE;
import static dev.tidemark.archive.catalog.Examples.CLUSTER;
import static dev.tidemark.archive.catalog.Examples.FANOUT;
import static dev.tidemark.archive.catalog.Examples.GENERATION;
import static dev.tidemark.archive.catalog.Examples.NEXT_GENERATION;
import static dev.tidemark.archive.catalog.Examples.draft;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.archive.store.StoreUnavailableException;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.avro.BaseDescriptor;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.GenerationHeader;
import dev.tidemark.schemas.avro.GenerationSummary;
import dev.tidemark.schemas.avro.ManifestRow;
import dev.tidemark.schemas.avro.ObjectRef;
import dev.tidemark.schemas.topic.GenerationEnd;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CommitTest {
    private final MemoryStore memory = new MemoryStore(InstantSource.system());
    private final FaultyStore store = new FaultyStore(memory);
    private final ClusterArchive archive = new ClusterArchive(store, CLUSTER, Examples.patience(5));
    private final ClusterArchive other = new ClusterArchive(memory, CLUSTER, Examples.noPatience());

    private GenerationWriter writer() {
        return archive.openGeneration(Examples.generation(FANOUT));
    }

    @Test
    void commitsCheckpointsInADenseChain() {
        GenerationWriter writer = writer();
        assertThat(writer.head()).isEmpty();
        assertThat(writer.nextRevision()).isEqualTo(BASE + 1);

        CheckpointManifest first = writer.commit(draft(101, 110)).manifest();
        CheckpointManifest second = writer.commit(draft(111, 120)).manifest();

        assertThat(first.getSeq()).isZero();
        assertThat(first.getPreviousSha256()).isEmpty();
        assertThat(second.getSeq()).isEqualTo(1);
        assertThat(second.getPreviousSha256())
                .isEqualTo(Hashes.hex(memory.get("prod/m/" + GENERATION + "/0/7fffffffffffffff")));
        assertThat(writer.head()).contains(second);
        assertThat(other.resumeNewest().orElseThrow().head()).contains(second);
    }

    @Test
    void nothingIsWrittenAfterACheckpointThatTheArchiveHasLost() {
        GenerationWriter writer = writer();
        writer.commit(draft(101, 110));
        String lost = "prod/m/" + GENERATION + "/0/7fffffffffffffff";
        memory.delete(lost);

        assertThatThrownBy(() -> writer.commit(draft(111, 120)))
                .isInstanceOfSatisfying(
                        ArchiveException.class, e -> assertThat(e.failure()).isEqualTo(Failure.VERIFICATION))
                .hasMessageContaining("has lost " + lost);
        assertThat(memory.list("prod/m/", "", 10)).isEmpty();
        assertThat(other.resumeNewest().orElseThrow().nextRevision()).isEqualTo(101);
    }

    @Test
    void nothingIsWrittenForAGenerationWhoseHeaderTheArchiveHasLost() {
        GenerationWriter writer = writer();
        memory.delete("prod/g/7fffffffffffffff");

        assertThatThrownBy(() -> writer.commit(draft(101, 110)))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("has lost prod/g/7fffffffffffffff");
        assertThat(memory.list("prod/m/", "", 10)).isEmpty();
    }

    @Test
    void aStoreThatDoesNotAnswerTheLookIsAskedAgainByTheCommit() {
        GenerationWriter writer = writer();
        writer.commit(draft(101, 110));
        store.failNext(1);

        assertThat(writer.commit(draft(111, 120))).isInstanceOf(CommitResult.Committed.class);
    }

    @Test
    void refusesADraftThatLeavesAHoleOrRepeats() {
        GenerationWriter writer = writer();
        writer.commit(draft(101, 110));

        assertThatThrownBy(() -> writer.commit(draft(112, 120))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> writer.commit(draft(110, 120))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aLostAnswerAfterTheEffectIsACommit() {
        GenerationWriter writer = writer();
        store.loseNextAnswers(1);

        assertThat(writer.commit(draft(101, 110))).isInstanceOf(CommitResult.Committed.class);
    }

    @Test
    void aRefusalOfOurOwnEarlierTryIsACommit() {
        GenerationWriter writer = writer();
        // The effect takes place, the answer is lost, and the first read-back fails too: the second try is told
        // "exists".
        store.loseNextAnswers(1);
        store.failNextGets(1);

        assertThat(writer.commit(draft(101, 110))).isInstanceOf(CommitResult.Committed.class);
        assertThat(writer.head().orElseThrow().getLast()).isEqualTo(110);
    }

    @Test
    void requestsThatFailAreRepeatedWithTheSameBytesUntilTheOutcomeIsKnown() {
        for (int failures = 1; failures <= 4; failures++) {
            GenerationWriter writer = writer();
            long first = writer.nextRevision();
            store.failNext(failures);

            assertThat(writer.commit(draft(first, first + 9))).isInstanceOf(CommitResult.Committed.class);
        }
    }

    @Test
    void anOutcomeThatCannotBeSettledIsNeitherACommitNorAFenceAndMayBeTriedAgain() {
        GenerationWriter writer = writer();
        store.failNext(1000);

        assertThatThrownBy(() -> writer.commit(draft(101, 110)))
                .isInstanceOfSatisfying(StoreUnavailableException.class, e -> {
                    assertThat(e.failure()).isEqualTo(Failure.UNAVAILABLE);
                    assertThat(e).hasMessageContaining("prod/m/" + GENERATION + "/0/7fffffffffffffff");
                });
        assertThat(writer.nextRevision()).isEqualTo(101);

        store.heal();
        assertThat(writer.commit(draft(101, 110))).isInstanceOf(CommitResult.Committed.class);
    }

    @Test
    void aPutThatArrivesAfterItsWriterGaveUpIsTheOneSuccessor() {
        MemoryStore twin = new MemoryStore(InstantSource.system());
        new ClusterArchive(twin, CLUSTER, Examples.noPatience())
                .openGeneration(Examples.generation(FANOUT))
                .commit(draft(101, 110));
        String name = "prod/m/" + GENERATION + "/0/7fffffffffffffff";
        byte[] late = twin.get(name);
        GenerationWriter writer = writer();
        store.failNext(1000);
        assertThatThrownBy(() -> writer.commit(draft(101, 110))).isInstanceOf(StoreUnavailableException.class);

        store.heal();
        store.beforeNextCreate(() -> memory.createIfAbsent(name, late));
        CommitResult result = writer.commit(withOtherData(draft(101, 110)));

        assertThat(result).isInstanceOf(CommitResult.AlreadyThere.class);
        assertThat(memory.get(name)).isEqualTo(late);
        CheckpointManifest next = writer.commit(draft(111, 120)).manifest();
        assertThat(next.getPreviousSha256()).isEqualTo(Hashes.hex(late));
    }

    @Test
    void theSameContentOfAnotherWriterCountsAsDone() {
        GenerationWriter writer = writer();
        store.beforeNextCreate(() -> other.resumeNewest().orElseThrow().commit(draft(101, 110)));

        CommitResult result = writer.commit(withOtherData(draft(101, 110)));

        assertThat(result).isInstanceOf(CommitResult.AlreadyThere.class);
        assertThat(writer.nextRevision()).isEqualTo(111);
    }

    @Test
    void aShorterCutOfTheSameContentCountsAsDoneUpToItsEnd() {
        GenerationWriter writer = writer();
        store.beforeNextCreate(() -> other.resumeNewest().orElseThrow().commit(draft(101, 105)));

        CommitResult result = writer.commit(draft(101, 110), (last, next) -> Optional.of(Examples.digest(101, last)));

        assertThat(result).isInstanceOf(CommitResult.AlreadyThere.class);
        assertThat(result.manifest().getLast()).isEqualTo(105);
        assertThat(writer.nextRevision()).isEqualTo(106);
    }

    @Test
    void otherContentFences() {
        GenerationWriter writer = writer();
        store.beforeNextCreate(() -> other.resumeNewest().orElseThrow().commit(draft(101, 110, "00".repeat(32))));

        CommitResult result = writer.commit(draft(101, 110));

        assertThat(result).isInstanceOfSatisfying(CommitResult.Fenced.class, fenced -> {
            assertThat(fenced.reason()).contains("other content");
            assertThat(fenced.manifest().getContentDigest()).isEqualTo("00".repeat(32));
        });
        assertThat(writer.head()).isEmpty();
    }

    @Test
    void anotherCutThatNobodyCanCompareFences() {
        GenerationWriter writer = writer();
        store.beforeNextCreate(() -> other.resumeNewest().orElseThrow().commit(draft(101, 120)));

        assertThat(writer.commit(draft(101, 110))).isInstanceOf(CommitResult.Fenced.class);
    }

    @Test
    void aWriterThatIsSeveralManifestsBehindFindsTheFirstThatItMissed() {
        GenerationWriter writer = writer();
        GenerationWriter ahead = other.resumeNewest().orElseThrow();
        ahead.commit(draft(101, 110));
        ahead.commit(draft(111, 120));

        assertThat(writer.commit(withOtherData(draft(101, 110)))).isInstanceOf(CommitResult.AlreadyThere.class);
        assertThat(writer.commit(withOtherData(draft(111, 120)))).isInstanceOf(CommitResult.AlreadyThere.class);
        assertThat(writer.commit(draft(121, 130))).isInstanceOf(CommitResult.Committed.class);
    }

    @Test
    void aReplayAfterACrashAtAnyRequestEndsInTheSameChain() {
        for (int crash = 0; crash < 20; crash++) {
            MemoryStore objects = new MemoryStore(InstantSource.system());
            FaultyStore faulty = new FaultyStore(objects);
            ClusterArchive crashing = new ClusterArchive(faulty, CLUSTER, Examples.noPatience());
            crashAfter(crash, crashing, faulty);

            faulty.heal();
            GenerationWriter again = crashing.openGeneration(Examples.generation(FANOUT));
            for (long first = again.nextRevision(); first <= 130; first += 10) {
                assertThat(again.commit(draft(first, first + 9))).isNotInstanceOf(CommitResult.Fenced.class);
            }
            assertThat(objects.list("prod/m/", "", 100)).hasSize(3);
            assertThat(objects.list("prod/g/", "", 100)).hasSize(1);
        }
    }

    private static void crashAfter(int requests, ClusterArchive archive, FaultyStore store) {
        store.failAfter(requests);
        try {
            GenerationWriter writer = archive.openGeneration(Examples.generation(FANOUT));
            for (long first = 101; first <= 130; first += 10) {
                writer.commit(draft(first, first + 9));
            }
        } catch (StoreUnavailableException expected) {
            // As good as killed: nothing of the writer is used again.
        }
    }

    @Test
    void openingTheSameGenerationAgainGivesTheSameHeader() {
        GenerationHeader header = writer().header();

        assertThat(archive.openGeneration(Examples.generation(FANOUT)).header()).isEqualTo(header);
        assertThat(memory.list("prod/g/", "", 10)).hasSize(1);
    }

    @Test
    void aNewGenerationSaysHowTheOneBeforeEnded() {
        writer().commit(draft(101, 110));
        GenerationEnd end =
                new GenerationEnd(GENERATION, 110, GenerationEnd.Cause.COMPACTED, "compacted at 150", 111, 149);
        GenerationWriter next = archive.openGeneration(Examples.generation(NEXT_GENERATION, end, FANOUT));

        assertThat(next.header().getNumber()).isEqualTo(1);
        GenerationSummary summary = next.header().getPrevious().get(0);
        assertThat(summary.getGeneration()).isEqualTo(GENERATION);
        assertThat(summary.getHoleFirst()).isEqualTo(111);
        assertThat(summary.getHoleLast()).isEqualTo(149);
        Catalog catalog = archive.catalog();
        assertThat(catalog.generations())
                .extracting(GenerationHeader::getGeneration)
                .containsExactly(NEXT_GENERATION, GENERATION);
        assertThat(catalog.generation(GENERATION)
                        .orElseThrow()
                        .head(0)
                        .orElseThrow()
                        .getLast())
                .isEqualTo(110);
        // A replay of the former generation finds it, and makes no third header.
        assertThat(archive.openGeneration(Examples.generation(FANOUT)).nextRevision())
                .isEqualTo(111);
        assertThat(archive.resume(GENERATION).orElseThrow().nextRevision()).isEqualTo(111);
    }

    @Test
    void anotherGenerationUnderTheSameNumberFences() {
        writer();
        store.beforeNextCreate(
                () -> other.openGeneration(Examples.generation("01JDB4ZZZZZZZZZZZZZZZZZZZZ", null, FANOUT)));

        assertThatThrownBy(() -> archive.openGeneration(Examples.generation(NEXT_GENERATION, null, FANOUT)))
                .isInstanceOfSatisfying(
                        ArchiveException.class, e -> assertThat(e.failure()).isEqualTo(Failure.FENCED));
    }

    @Test
    void aBaseKeepsItsPlaceHoweverOftenItIsCommitted() {
        GenerationWriter writer = writer();
        UploadedBase first = Examples.uploaded(archive, Examples.base(100, 90));
        UploadedBase second = Examples.uploaded(archive, Examples.base(200, 150));

        BaseManifest placed = writer.commitBase(first.descriptor(), first.sha256());
        writer.commitBase(second.descriptor(), second.sha256());
        BaseManifest again = writer.commitBase(first.descriptor(), first.sha256());

        assertThat(again).isEqualTo(placed);
        assertThat(again.getSeq()).isZero();
        GenerationCatalog catalog = archive.catalog().newest().orElseThrow();
        assertThat(catalog.bases())
                .extracting(base -> base.getBase().getRevision())
                .containsExactly(100L, 200L);
        assertThat(catalog.hasBase()).isTrue();
        List<ManifestRow> rows = catalog.bases().get(1).getRecent();
        assertThat(rows).hasSize(1);
    }

    @Test
    void aBaseThatTwoWritersCommitGetsOnePlace() {
        GenerationWriter writer = writer();
        UploadedBase base = Examples.uploaded(archive, Examples.base(100, 90));
        store.beforeNextCreate(() -> other.resumeNewest().orElseThrow().commitBase(base.descriptor(), base.sha256()));

        assertThat(writer.commitBase(base.descriptor(), base.sha256()).getSeq()).isZero();
        assertThat(memory.list("prod/m/" + GENERATION + "/base/", "", 10)).hasSize(1);
    }

    @Test
    void oneAnswerThatAnObjectIsMissingRefusesNoBase() {
        GenerationWriter writer = writer();
        UploadedBase base = Examples.uploaded(archive, Examples.base(100, 90));
        store.denyNext(1);

        assertThat(writer.commitBase(base.descriptor(), base.sha256()).getSeq()).isZero();
    }

    @Test
    void aBaseGetsNoPlaceWhileAnythingThatItNamesIsMissingOrCutOff() {
        GenerationWriter writer = writer();
        BaseDescriptor base = Examples.base(100, 90);
        UploadedBase uploaded = Examples.uploaded(archive, base);
        for (ObjectRef object : Examples.named(base)) {
            String name = "prod/" + object.getName();
            byte[] good = memory.get(name);
            memory.delete(name);
            assertRefused(writer, uploaded, name, "missing");
            memory.put(name, Arrays.copyOf(good, good.length - 1));
            assertRefused(writer, uploaded, name, "has " + (good.length - 1) + " bytes");
            memory.delete(name);
            memory.put(name, good);
        }
        assertThat(writer.commitBase(uploaded.descriptor(), uploaded.sha256()).getSeq())
                .isZero();
        memory.delete("prod/" + base.getSide().getName());
        assertThat(writer.commitBase(uploaded.descriptor(), uploaded.sha256()).getSeq())
                .as("what has its place keeps it")
                .isZero();
    }

    private void assertRefused(GenerationWriter writer, UploadedBase base, String name, String problem) {
        assertThatThrownBy(() -> writer.commitBase(base.descriptor(), base.sha256()))
                .isInstanceOfSatisfying(DamagedObjectException.class, e -> assertThat(e.object())
                        .isEqualTo(name))
                .hasMessageContaining(problem);
        assertThat(memory.list("prod/m/" + GENERATION + "/base/", "", 10)).isEmpty();
    }

    @Test
    void aDescriptorThatIsNotWhatTheTopicSaysIsRefusedByName() {
        GenerationWriter writer = writer();
        UploadedBase base = Examples.uploaded(archive, Examples.base(100, 90));

        assertThatThrownBy(() -> writer.commitBase(base.descriptor(), "00".repeat(32)))
                .isInstanceOfSatisfying(DamagedObjectException.class, e -> assertThat(e.object())
                        .isEqualTo("prod/" + base.descriptor()));
    }

    @Test
    void aPartitionBelongsToOneClusterForGood() {
        archive.claim(Examples.TOPIC_ID, 3);
        archive.claim(Examples.TOPIC_ID, 3);
        ClusterArchive staging = new ClusterArchive(memory, "staging", Examples.noPatience());
        staging.claim(Examples.TOPIC_ID, 4);

        assertThatThrownBy(() -> staging.claim(Examples.TOPIC_ID, 3))
                .isInstanceOfSatisfying(ArchiveException.class, e -> {
                    assertThat(e.failure()).isEqualTo(Failure.REFUSED);
                    assertThat(e).hasMessageContaining("belongs to cluster prod");
                });
    }

    private static CheckpointDraft withOtherData(CheckpointDraft draft) {
        return new CheckpointDraft(
                draft.range(),
                draft.firstCapturedAtMillis() + 1,
                draft.lastCapturedAtMillis(),
                draft.contentDigest(),
                draft.members(),
                List.of(),
                draft.position());
    }
}
