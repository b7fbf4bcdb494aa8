package dev.tidemark.sandbox.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.sandbox.SandboxException;
import dev.tidemark.sandbox.workload.Acknowledgement.Effect;
import dev.tidemark.sandbox.workload.Request.DeleteRange;
import dev.tidemark.sandbox.workload.Request.Put;
import dev.tidemark.sandbox.workload.Request.Revoke;
import dev.tidemark.sandbox.workload.Request.Transaction;
import dev.tidemark.schemas.Change;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OracleTest {
    private static final byte[] A = bytes("a");
    private static final byte[] B = bytes("b");
    private static final byte[] V = bytes("v");
    private static final byte[] W = bytes("w");

    private final Oracle oracle = new Oracle(1, Map.of());

    @Test
    void carriesOutInTheOrderOfRevisionsWhateverTheOrderOfAnswers() {
        answered(new Put(A, W, 0), 3, Effect.WROTE);
        answered(DeleteRange.key(A), 4, Effect.WROTE);
        answered(new Put(A, V, 0), 2, Effect.WROTE);
        answered(new Put(A, V, 0), 5, Effect.WROTE);
        oracle.settle(5);

        assertThat(oracle.stateAt(1)).isEmpty();
        assertThat(oracle.stateAt(2)).containsExactly(Map.entry(A, new KeyState(V, 2, 2, 1, 0)));
        assertThat(oracle.stateAt(3).get(A)).isEqualTo(new KeyState(W, 2, 3, 2, 0));
        assertThat(oracle.stateAt(4)).isEmpty();
        assertThat(oracle.stateAt(5).get(A)).isEqualTo(new KeyState(V, 5, 5, 1, 0));
        assertThat(oracle.revisions()).hasToString("2..5");
    }

    @Test
    void numbersTheChangesOfARevisionInOrder() {
        answered(Transaction.of(List.of(new Put(B, V, 0), new Put(A, V, 0))), 2, Effect.WROTE);
        answered(new DeleteRange(A, bytes("z")), 3, Effect.WROTE);
        oracle.settle(3);

        assertThat(oracle.changesOf(2))
                .containsExactly(Change.put(2, 0, B, V, 2, 1, 0, 0, 0), Change.put(2, 1, A, V, 2, 1, 0, 0, 0));
        assertThat(oracle.changesOf(3)).containsExactly(Change.delete(3, 0, A, 0, 0), Change.delete(3, 1, B, 0, 0));
    }

    @Test
    void aKeyMayBePutAndDeletedInOneRevision() {
        answered(new Put(A, V, 0), 2, Effect.WROTE);
        Transaction put = Transaction.of(List.of(new Put(A, W, 0)));
        Transaction delete = Transaction.of(List.of(DeleteRange.key(A)));
        answered(Transaction.of(List.of(put, delete)), 3, Effect.WROTE);
        oracle.settle(3);

        assertThat(oracle.changesOf(3))
                .containsExactly(Change.put(3, 0, A, W, 2, 2, 0, 0, 0), Change.delete(3, 1, A, 0, 0));
        assertThat(oracle.stateAt(3)).isEmpty();
    }

    @Test
    void theEndOfALeaseDeletesWhatIsStillAttached() {
        answered(new Put(B, V, 7), 2, Effect.WROTE);
        answered(new Put(A, V, 7), 3, Effect.WROTE);
        answered(new Put(B, W, 0), 4, Effect.WROTE);
        answered(new Revoke(7), 5, Effect.UNSAID);
        answered(new Revoke(8), 5, Effect.UNSAID);
        oracle.settle(5);

        assertThat(oracle.changesOf(5)).containsExactly(Change.delete(5, 0, A, 0, 0));
        assertThat(oracle.stateAt(5)).containsOnlyKeys(B);
    }

    @Test
    void aRevokeThatOnlyMeetsARevisionDoesNotMakeIt() {
        answered(new Put(A, V, 7), 2, Effect.WROTE);
        answered(new Put(A, W, 0), 3, Effect.WROTE);
        answered(new Revoke(7), 3, Effect.UNSAID);
        oracle.settle(3);

        assertThat(oracle.changesOf(3)).containsExactly(Change.put(3, 0, A, W, 2, 2, 0, 0, 0));
    }

    @Test
    void aRevisionThatNobodyClaimsIsTheOneExpiringLeasesEnd() {
        oracle.expect(7);
        answered(new Put(A, V, 7), 2, Effect.WROTE);
        answered(new Put(B, V, 0), 4, Effect.WROTE);
        oracle.settle(4);

        assertThat(oracle.changesOf(3)).containsExactly(Change.delete(3, 0, A, 0, 0));
        assertThat(oracle.stateAt(4)).containsOnlyKeys(B);
    }

    @Test
    void refusesWhatItCannotExplain() {
        answered(new Put(A, V, 0), 3, Effect.WROTE);
        assertThatThrownBy(() -> oracle.settle(3))
                .isInstanceOf(SandboxException.class)
                .hasMessageContaining("nobody made revision 2");
    }

    @Test
    void whatGotNoAnswerIsSettledByTheChangesThatItMade() {
        answered(new Put(A, V, 0), 2, Effect.WROTE);
        oracle.doubt(new Put(A, V, 0));
        oracle.doubt(new Put(B, W, 0));
        oracle.doubt(DeleteRange.key(A));
        answered(new Put(B, V, 0), 4, Effect.WROTE);
        oracle.settle(4, revision -> List.of(Change.delete(revision, 0, A, 0, 0)));
        assertThat(oracle.changesOf(3)).containsExactly(Change.delete(3, 0, A, 0, 0));

        oracle.settle(5, revision -> List.of(Change.put(revision, 0, B, W, 4, 2, 0, 0, 0)));
        assertThat(oracle.stateAt(5)).containsExactly(Map.entry(B, new KeyState(W, 4, 5, 2, 0)));

        assertThatThrownBy(() -> oracle.settle(6, revision -> List.of(Change.put(revision, 0, B, V, 4, 3, 0, 0, 0))))
                .isInstanceOf(SandboxException.class)
                .hasMessageContaining("none of 3 requests in doubt");
    }

    @Test
    void ofTwoUnansweredRequestsThatLeaveTheSameStateTheOneIsFoundThatMadeTheChanges() {
        oracle.doubt(putAndDeleted(A, V));
        oracle.doubt(putAndDeleted(B, W));
        List<Change> made = List.of(Change.put(2, 0, B, W, 2, 1, 0, 0, 0), Change.delete(2, 1, B, 0, 0));
        oracle.settle(2, revision -> made);

        assertThat(oracle.changesOf(2)).containsExactlyElementsOf(made);
    }

    @Test
    void anUnansweredDeletionOfARangeThatLooksLikeThatOfAKeyIsFoundWhereTheyDiffer() {
        answered(new Put(A, V, 0), 2, Effect.WROTE);
        oracle.doubt(new DeleteRange(A, bytes("c")));
        oracle.doubt(DeleteRange.key(A));
        answered(new Put(A, V, 0), 4, Effect.WROTE);
        answered(new Put(B, V, 0), 5, Effect.WROTE);
        oracle.settle(
                6,
                revision -> revision == 3
                        ? List.of(Change.delete(3, 0, A, 0, 0))
                        : List.of(Change.delete(6, 0, A, 0, 0), Change.delete(6, 1, B, 0, 0)));

        assertThat(oracle.stateAt(6)).isEmpty();
    }

    private static Transaction putAndDeleted(byte[] key, byte[] value) {
        return Transaction.of(List.of(
                Transaction.of(List.of(new Put(key, value, 0))), Transaction.of(List.of(DeleteRange.key(key)))));
    }

    @Test
    void refusesAnAnswerThatSaysNothingHappenedWhereSomethingMustHave() {
        answered(new Put(A, V, 0), 2, Effect.WROTE);
        answered(DeleteRange.key(A), 2, Effect.NOTHING);
        assertThatThrownBy(() -> oracle.settle(2)).hasMessageContaining("a revision of its own");
    }

    @Test
    void aConditionDecidesBetweenTheBranches() {
        Transaction guarded =
                new Transaction(A, List.of(new Put(A, V, 0)), List.of(new Put(A, W, 0), DeleteRange.key(B)));
        answered(guarded, 2, Effect.WROTE);
        answered(guarded, 3, Effect.WROTE);
        oracle.settle(3);

        assertThat(oracle.stateAt(2).get(A).value()).isEqualTo(V);
        assertThat(oracle.stateAt(3).get(A).value()).isEqualTo(W);
    }

    private void answered(Request request, long revision, Effect effect) {
        oracle.record(new Acknowledgement(request, revision, effect));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
