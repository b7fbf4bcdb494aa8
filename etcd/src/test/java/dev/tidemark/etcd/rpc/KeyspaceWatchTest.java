package dev.tidemark.etcd.rpc;

import static dev.tidemark.etcd.rpc.Events.compaction;
import static dev.tidemark.etcd.rpc.Events.created;
import static dev.tidemark.etcd.rpc.Events.delete;
import static dev.tidemark.etcd.rpc.Events.fragment;
import static dev.tidemark.etcd.rpc.Events.onRequest;
import static dev.tidemark.etcd.rpc.Events.progress;
import static dev.tidemark.etcd.rpc.Events.put;
import static dev.tidemark.etcd.rpc.Events.puts;
import static dev.tidemark.etcd.rpc.Events.refusal;
import static dev.tidemark.etcd.rpc.Events.response;
import static dev.tidemark.sandbox.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidemark.etcd.rpc.EtcdException.Disorder;
import dev.tidemark.etcd.rpc.EtcdException.Unavailable;
import dev.tidemark.etcd.rpc.FakeMember.Script;
import dev.tidemark.etcd.rpc.WatchSignal.Refused;
import dev.tidemark.etcd.rpc.proto.WatchResponse;
import dev.tidemark.schemas.RevisionRange;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KeyspaceWatchTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final FakeMember member = new FakeMember();
    private final EtcdClient client =
            member.client(FakeMember.SETTINGS.withCredentials(new EtcdCredentials("user", "secret")));

    @AfterEach
    void close() {
        client.close();
        member.close();
    }

    @Test
    void joinsTheFragmentsOfARevisionAndReleasesWholeOnesEarly() {
        EtcdWatch watch = watch(
                5,
                created(),
                fragment(put(5, "a"), put(6, "b")),
                fragment(put(6, "c")),
                response(delete(6, "d"), put(7, "e")));

        assertThat(watch.next(PATIENCE)).isInstanceOf(WatchSignal.Created.class);
        WatchSignal.Revisions early = (WatchSignal.Revisions) watch.next(PATIENCE);
        assertThat(early.first()).isEqualTo(5);
        assertThat(early.last()).isEqualTo(5);
        WatchSignal.Revisions late = (WatchSignal.Revisions) watch.next(PATIENCE);
        assertThat(late.changes())
                .extracting(c -> c.main() + "/" + c.sub())
                .containsExactly("6/0", "6/1", "6/2", "7/0");
        assertThat(watch.next(Duration.ZERO)).isEqualTo(new WatchSignal.Idle(4));
    }

    @Test
    void halfARevisionIsNeverTakenForAWholeOne() {
        EtcdWatch watch = watch(5, created(), fragment(put(5, "a"), put(6, "b")), progress(6), response(put(6, "c")));
        watch.next(PATIENCE);

        assertThat(((WatchSignal.Revisions) watch.next(PATIENCE)).last()).isEqualTo(5);
        assertThat(catchThrowableOfType(Unavailable.class, () -> watch.next(PATIENCE)))
                .hasMessageContaining("between two fragments");
    }

    @Test
    void aMissingRevisionIsNamedAfterThoseBeforeItWereGiven() {
        EtcdWatch watch = watch(5, created(), puts(5, 6, 9));
        watch.next(PATIENCE);

        assertThat(((WatchSignal.Revisions) watch.next(PATIENCE)).last()).isEqualTo(6);
        Disorder disorder = catchThrowableOfType(Disorder.class, () -> watch.next(PATIENCE));
        assertThat(disorder.kind()).isEqualTo(Disorder.Kind.MISSING);
        assertThat(disorder.range()).isEqualTo(new RevisionRange(7, 8));
        assertThat(disorder)
                .hasMessage("the watch at etcd http://fake:2379 did not deliver revisions 7..8: revision 9 came next");
        assertThat(catchThrowableOfType(Disorder.class, () -> watch.next(PATIENCE)))
                .isSameAs(disorder);
    }

    @Test
    void aRevisionThatComesAgainIsNamed() {
        EtcdWatch watch = watch(5, created(), puts(5, 6, 7), puts(6));
        watch.next(PATIENCE);
        watch.next(PATIENCE);

        Disorder disorder = catchThrowableOfType(Disorder.class, () -> watch.next(PATIENCE));
        assertThat(disorder.kind()).isEqualTo(Disorder.Kind.REPEATED);
        assertThat(disorder.range()).isEqualTo(new RevisionRange(6, 7));
    }

    @Test
    void progressAheadOfWhatWasDeliveredIsAMissingRevision() {
        EtcdWatch watch = watch(5, created(), puts(5), progress(5), progress(7));
        watch.next(PATIENCE);
        watch.next(PATIENCE);

        assertThat(((WatchSignal.Progress) watch.next(PATIENCE)).revision()).isEqualTo(5);
        Disorder disorder = catchThrowableOfType(Disorder.class, () -> watch.next(PATIENCE));
        assertThat(disorder.range()).isEqualTo(new RevisionRange(6, 7));
    }

    @Test
    void aCompactionEndsTheWatch() {
        EtcdWatch watch = watch(5, created(), compaction(12));
        watch.next(PATIENCE);

        assertThat(watch.next(PATIENCE)).isEqualTo(new WatchSignal.Compacted(12));
        assertThat(unavailable(watch)).isEqualTo(Unavailable.Reason.ENDED_BY_SERVER);
    }

    @Test
    void aDeadTokenIsReplacedForTheNextWatch() {
        EtcdWatch refused = watch(5, refusal("etcdserver: invalid auth token"));

        assertThat(refused.next(PATIENCE)).isEqualTo(new Refused(Refused.Why.TOKEN, "etcdserver: invalid auth token"));
        assertThat(member.tokens).hasValue(1);
        assertThat(watch(5, created()).next(PATIENCE)).isInstanceOf(WatchSignal.Created.class);
        assertThat(member.tokens).hasValue(2);
    }

    @Test
    void aMissingPermissionIsARefusal() {
        EtcdWatch refused = watch(5, refusal("etcdserver: permission denied"));

        assertThat(((Refused) refused.next(PATIENCE)).why()).isEqualTo(Refused.Why.PERMISSION);
        assertThat(member.tokens).hasValue(1);
    }

    @Test
    void aStreamThatTheServerEndsWithoutAnErrorIsBroken() {
        assertThat(broken(Status.OK)).isEqualTo(Unavailable.Reason.ENDED_BY_SERVER);
    }

    @Test
    void everyStatusHasItsReason() {
        assertThat(broken(Status.UNAVAILABLE)).isEqualTo(Unavailable.Reason.UNREACHABLE);
        assertThat(broken(Status.UNAVAILABLE.withDescription("etcdserver: no leader")))
                .isEqualTo(Unavailable.Reason.NO_LEADER);
        assertThat(broken(Status.CANCELLED.withDescription("etcdserver: watch canceled")))
                .isEqualTo(Unavailable.Reason.CANCELLED);
        assertThat(broken(Status.RESOURCE_EXHAUSTED)).isEqualTo(Unavailable.Reason.EXHAUSTED);
        assertThat(broken(Status.INTERNAL)).isEqualTo(Unavailable.Reason.OTHER);
    }

    @Test
    void aUserThatIsRefusedByStatusIsACredentialsError() {
        member.watches.add(new Script<>(
                List.of(), Optional.of(Status.UNAUTHENTICATED.withDescription("etcdserver: invalid auth token"))));
        EtcdWatch watch = client.watch(5);

        assertThat(catchThrowableOfType(EtcdException.Credentials.class, () -> watch.next(PATIENCE)))
                .hasMessageContaining("invalid auth token");
        client.status();
        assertThat(member.tokens).hasValue(2);
    }

    @Test
    void anAnswerThatMayOvertakeEventsIsNotBelievedButWhatTheWatchTellsByItselfIs() {
        member.version = "3.4.23";
        EtcdWatch watch = watch(5, created(), puts(5), onRequest(7), progress(5));
        watch.requestProgress();
        watch.next(PATIENCE);
        watch.next(PATIENCE);

        assertThat(((WatchSignal.Progress) watch.next(PATIENCE)).revision()).isEqualTo(5);
        assertThat(member.progressRequests).hasValue(0);
    }

    @Test
    void anOrderedAnswerIsAskedForAndBelieved() {
        EtcdWatch watch = watch(5, created(), puts(5), onRequest(5));
        watch.requestProgress();
        watch.next(PATIENCE);
        watch.next(PATIENCE);

        assertThat(((WatchSignal.Progress) watch.next(PATIENCE)).revision()).isEqualTo(5);
        eventually(PATIENCE, () -> assertThat(member.progressRequests).hasValue(1));
    }

    @Test
    void aWatchThatIsNeverCreatedIsGivenUp() {
        member.watches.add(new Script<>(List.of(), Optional.empty()));
        try (EtcdClient impatient = member.client(FakeMember.IMPATIENT);
                EtcdWatch watch = impatient.watch(5)) {
            assertThat(unavailable(watch)).isEqualTo(Unavailable.Reason.TIMEOUT);
        }
    }

    private EtcdWatch watch(long start, WatchResponse... answers) {
        member.watches.add(new Script<>(List.of(answers), Optional.empty()));
        return client.watch(start);
    }

    private Unavailable.Reason broken(Status status) {
        member.watches.add(new Script<>(List.of(created()), Optional.of(status)));
        EtcdWatch watch = client.watch(5);
        watch.next(PATIENCE);
        return unavailable(watch);
    }

    private static Unavailable.Reason unavailable(EtcdWatch watch) {
        return catchThrowableOfType(Unavailable.class, () -> watch.next(PATIENCE))
                .reason();
    }
}
