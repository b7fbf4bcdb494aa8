package dev.tidemark.etcd.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.etcd.rpc.EtcdException.Compacted;
import dev.tidemark.etcd.rpc.EtcdException.Credentials;
import dev.tidemark.etcd.rpc.EtcdException.FutureRevision;
import dev.tidemark.etcd.rpc.EtcdException.Unavailable;
import io.grpc.Status;
import java.io.IOException;
import java.net.ConnectException;
import org.junit.jupiter.api.Test;

class StatusTranslationTest {
    private final StatusTranslation errors = new StatusTranslation("http://etcd:2379", StatusTranslation.As.WATCH);

    @Test
    void etcdsWordsChooseTheError() {
        assertThat(of(Status.OUT_OF_RANGE, "etcdserver: mvcc: required revision has been compacted"))
                .isInstanceOf(Compacted.class);
        assertThat(of(Status.OUT_OF_RANGE, "etcdserver: mvcc: required revision is a future revision"))
                .isInstanceOf(FutureRevision.class);
        assertThat(of(Status.PERMISSION_DENIED, "etcdserver: permission denied"))
                .isInstanceOf(Credentials.class);
        assertThat(of(Status.INVALID_ARGUMENT, "etcdserver: authentication failed, invalid user ID or password"))
                .isInstanceOf(Credentials.class);
        assertThat(of(Status.INVALID_ARGUMENT, "etcdserver: key is not provided"))
                .isInstanceOf(Unavailable.class);
    }

    @Test
    void aRefusalOfEtcd35WithoutItsCodeIsStillARefusal() {
        assertThat(of(Status.UNKNOWN, "auth: permission denied")).isInstanceOf(Credentials.class);
        assertThat(StatusTranslation.isTokenRefused(Status.UNKNOWN.withDescription("auth: revision in header is old")))
                .isTrue();
        assertThat(StatusTranslation.isTokenRefused(Status.UNKNOWN.withDescription("auth: invalid auth token")))
                .isTrue();
    }

    @Test
    void theTransportsOwnReasonIsTold() {
        Status status = Status.UNAVAILABLE
                .withDescription("io exception")
                .withCause(new IOException("outer", new ConnectException("Connection refused")));
        assertThat(errors.translate("the status", status))
                .hasMessage("the status at etcd http://etcd:2379 failed: io exception: Connection refused");
    }

    private EtcdException of(Status status, String words) {
        return errors.translate("a call", status.withDescription(words));
    }
}
