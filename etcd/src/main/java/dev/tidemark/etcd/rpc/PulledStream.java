package dev.tidemark.etcd.rpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.Closeable;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A gRPC stream that is pulled by one consumer thread: never more than {@code window} messages wait in memory, since
 * more are asked for only when some were taken.
 */
final class PulledStream<Q, R> implements Closeable {
    /** Either a message, or the status with which the stream ended. */
    record Arrival<R>(R message, Status end) {}

    private final ClientCall<Q, R> call;
    /** How many taken messages are asked for together: each question wakes the transport's thread. */
    private final int together;
    /** Messages taken and not asked for again. Consumer thread only. */
    private int taken;

    private final BlockingQueue<Arrival<R>> arrivals = new LinkedBlockingQueue<>();
    /** Guarded by this. */
    private boolean closed;

    private PulledStream(ClientCall<Q, R> call, int window) {
        this.call = call;
        this.together = Math.max(1, window / 2);
    }

    /** Starts the call and sends {@code request}. */
    static <Q, R> PulledStream<Q, R> open(
            Channel channel,
            MethodDescriptor<Q, R> method,
            Metadata headers,
            Q request,
            CallOptions options,
            int window) {
        PulledStream<Q, R> stream = new PulledStream<>(channel.newCall(method, options), window);
        stream.call.start(stream.new Listener(), headers);
        stream.call.request(window);
        stream.send(request);
        return stream;
    }

    /** Sends one more request. Any thread may call this; after the end it does nothing. */
    synchronized void send(Q request) {
        if (!closed) {
            call.sendMessage(request);
        }
    }

    /** Says that no request follows. */
    synchronized void halfClose() {
        call.halfClose();
    }

    /** Waits for the next arrival; empty after the time is over. An end arrives once, after all messages. */
    Optional<Arrival<R>> take(Duration timeout) throws InterruptedException {
        if (taken >= together) {
            // not before: until now the consumer was busy with what it had taken
            call.request(taken);
            taken = 0;
        }
        Arrival<R> arrival = arrivals.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
        if (arrival != null && arrival.end() == null) {
            taken++;
        }
        return Optional.ofNullable(arrival);
    }

    /** Cancels the call; may be called more than once. */
    @Override
    public synchronized void close() {
        closed = true;
        call.cancel("closed by its owner", null);
    }

    /** Puts what gRPC delivers into the queue, on gRPC's own thread. */
    private final class Listener extends ClientCall.Listener<R> {
        @Override
        public void onMessage(R message) {
            arrivals.add(new Arrival<>(message, null));
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            arrivals.add(new Arrival<>(null, status));
        }
    }
}
