package dev.tidemark.etcd.rpc;

import dev.tidemark.etcd.rpc.EtcdSettings.TlsFiles;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Builds the one channel to a member. */
final class MemberChannel {
    /** etcd closes connections that ping more often than every 5 s, or without a running call. */
    private static final long KEEP_ALIVE_SECONDS = 10;

    private static final long KEEP_ALIVE_TIMEOUT_SECONDS = 5;

    private MemberChannel() {}

    static ManagedChannel build(EtcdSettings settings) {
        int connectMillis = Math.toIntExact(settings.callTimeout().toMillis());
        return builder(settings)
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

    private static NettyChannelBuilder builder(EtcdSettings settings) {
        try {
            return NettyChannelBuilder.forAddress(settings.host(), settings.port(), credentials(settings));
        } catch (IOException | IllegalArgumentException e) {
            throw new EtcdException.Credentials(
                    "the TLS files for etcd " + settings.endpoint() + " cannot be used: " + e,
                    "check etcd.tls.ca, etcd.tls.cert and etcd.tls.key: PEM files, the key not encrypted",
                    e);
        }
    }

    private static ChannelCredentials credentials(EtcdSettings settings) throws IOException {
        if (!settings.isEncrypted()) {
            return InsecureChannelCredentials.create();
        }
        TlsChannelCredentials.Builder builder = TlsChannelCredentials.newBuilder();
        Optional<TlsFiles> tls = settings.tls();
        if (tls.flatMap(TlsFiles::ca).isPresent()) {
            try (InputStream ca = Files.newInputStream(tls.get().ca().get())) {
                builder.trustManager(ca);
            }
        }
        if (tls.flatMap(TlsFiles::certificate).isPresent()) {
            byte[] key = PrivateKeyPem.pkcs8(Files.readString(tls.get().key().get()));
            try (InputStream certificate =
                    Files.newInputStream(tls.get().certificate().get())) {
                builder.keyManager(certificate, new ByteArrayInputStream(key));
            }
        }
        return builder.build();
    }
}
