package dev.tidemark.etcd.rpc;

import dev.tidemark.etcd.rpc.EtcdSettings.TlsFiles;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import java.util.concurrent.TimeUnit;

/** Builds the one channel to a member. */
final class MemberChannel {
    /** etcd closes connections that ping more often than every 5 s, or without a running call. */
    private static final long KEEP_ALIVE_SECONDS = 10;

    private static final long KEEP_ALIVE_TIMEOUT_SECONDS = 5;

    static {
        SilentFrames.apply();
    }

    private MemberChannel() {}

    static ManagedChannel build(EtcdSettings settings) {
        int connectMillis = Math.toIntExact(settings.callTimeout().toMillis());
        return NettyChannelBuilder.forAddress(settings.host(), settings.port(), credentials(settings))
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectMillis)
                .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEP_ALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .keepAliveWithoutCalls(false)
                // responses that etcd queued before the watch was created come unfragmented, whatever their size
                .maxInboundMessageSize(Integer.MAX_VALUE)
                // who repeats what is decided here, not in the transport
                .disableRetry()
                .build();
    }

    private static ChannelCredentials credentials(EtcdSettings settings) {
        return settings.isEncrypted()
                ? TlsMaterial.read(settings.tls().orElse(TlsFiles.NONE))
                : InsecureChannelCredentials.create();
    }
}
