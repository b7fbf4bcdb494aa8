package dev.tidemark.etcd.rpc;

import io.grpc.netty.shaded.io.netty.util.internal.logging.InternalLoggerFactory;
import io.grpc.netty.shaded.io.netty.util.internal.logging.JdkLoggerFactory;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Keeps passwords and tokens out of every log: gRPC's transport prints each frame at DEBUG, requests to authenticate and
 * the headers with the token among them, into whatever logging backend it finds. Its netty is ours alone, so its logs go
 * to the JDK's, and those of the frames are off whatever the levels around them are.
 */
final class SilentFrames {
    /** Held, as the JDK forgets loggers that nobody holds, and their levels with them. */
    private static final Logger FRAMES = Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyClientHandler");

    private SilentFrames() {}

    static void apply() {
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
        FRAMES.setLevel(Level.WARNING);
    }
}
