package dev.tidemark.etcd.rpc;

import com.google.protobuf.ByteString;
import dev.tidemark.etcd.rpc.RevisionAssembler.Fragment;
import dev.tidemark.etcd.rpc.WatchSignal.Refused;
import dev.tidemark.etcd.rpc.proto.WatchCreateRequest;
import dev.tidemark.etcd.rpc.proto.WatchGrpc;
import dev.tidemark.etcd.rpc.proto.WatchProgressRequest;
import dev.tidemark.etcd.rpc.proto.WatchRequest;
import dev.tidemark.etcd.rpc.proto.WatchResponse;
import dev.tidemark.schemas.Change;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/** The watch over one gRPC stream: decodes in the consumer's thread, so that nothing piles up elsewhere. */
final class KeyspaceWatch implements EtcdWatch {
    /** Messages that may wait in memory: fragments of about 2 MiB at most, as etcd cuts them. */
    private static final int WINDOW = 16;
    /** Small changes take ten times their bytes once they are decoded. */
    private static final long WHOLE_PART_OF_THE_HEAP = 32;

    private static final ByteString ALL_KEYS = ByteString.copyFrom(new byte[1]);
    private static final Metadata.Key<String> HAS_LEADER =
            Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);
    /** The watch id of an answer to a request for progress; what etcd tells by itself has the watch's own. */
    private static final long ON_REQUEST = -1;

    private static final String WATCH = "the watch";

    private final PulledStream<WatchRequest, WatchResponse> stream;
    private final RevisionAssembler assembler;
    private final StatusTranslation errors;
    private final Runnable onTokenRefused;
    /** Whether answers to a request for progress are asked for, and believed. */
    private final boolean mayAskForProgress;

    private final LongSupplier nanoTime;
    /** When the watch must stand; empty once it does. Consumer thread only. */
    private Optional<Long> deadline;
    /** How many messages have come. Consumer thread only. */
    private long messages;
    /** Why nothing follows. Consumer thread only. */
    private Optional<EtcdException> over = Optional.empty();

    /** What a watch needs of its client. */
    record Context(
            Channel channel,
            Metadata headers,
            StatusTranslation errors,
            String endpoint,
            Duration createTimeout,
            Runnable onTokenRefused,
            boolean mayAskForProgress,
            LongSupplier nanoTime) {}

    KeyspaceWatch(Context context, long startRevision, Responses responses) {
        this.errors = context.errors();
        this.onTokenRefused = context.onTokenRefused();
        this.mayAskForProgress = context.mayAskForProgress();
        this.nanoTime = context.nanoTime();
        this.assembler = new RevisionAssembler(context.endpoint(), startRevision);
        this.deadline =
                Optional.of(nanoTime.getAsLong() + context.createTimeout().toNanos());
        // without this a member that lost its leader just falls silent
        context.headers().put(HAS_LEADER, "true");
        this.stream = PulledStream.open(
                context.channel(),
                WatchGrpc.getWatchMethod(),
                context.headers(),
                create(startRevision, responses),
                options(responses),
                responses == Responses.WHOLE ? 1 : WINDOW);
    }

    private static CallOptions options(Responses responses) {
        if (responses == Responses.FRAGMENTED) {
            return CallOptions.DEFAULT;
        }
        long largest = Runtime.getRuntime().maxMemory() / WHOLE_PART_OF_THE_HEAP;
        return CallOptions.DEFAULT.withMaxInboundMessageSize((int) Math.min(largest, Integer.MAX_VALUE));
    }

    private static WatchRequest create(long startRevision, Responses responses) {
        return WatchRequest.newBuilder()
                .setCreateRequest(WatchCreateRequest.newBuilder()
                        .setKey(ALL_KEYS)
                        .setRangeEnd(ALL_KEYS)
                        .setStartRevision(startRevision)
                        .setProgressNotify(true)
                        .setFragment(responses == Responses.FRAGMENTED))
                .build();
    }

    @Override
    public WatchSignal next(Duration timeout) {
        long until = nanoTime.getAsLong() + timeout.toNanos();
        while (true) {
            if (over.isPresent()) {
                throw over.get();
            }
            Optional<PulledStream.Arrival<WatchResponse>> arrival = take(until);
            if (arrival.isPresent()) {
                // a large revision comes in many fragments: the watch is not idle meanwhile
                messages++;
                until = nanoTime.getAsLong() + timeout.toNanos();
            }
            Optional<WatchSignal> signal = arrival.isEmpty() ? idle(until) : read(arrival.get());
            if (signal.isPresent()) {
                return signal.get();
            }
        }
    }

    @Override
    public void requestProgress() {
        if (!mayAskForProgress) {
            return;
        }
        stream.send(WatchRequest.newBuilder()
                .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                .build());
    }

    @Override
    public void close() {
        stream.close();
    }

    private Optional<PulledStream.Arrival<WatchResponse>> take(long until) {
        long wait = until - nanoTime.getAsLong();
        if (deadline.isPresent()) {
            wait = Math.min(wait, deadline.get() - nanoTime.getAsLong());
        }
        try {
            return stream.take(Duration.ofNanos(Math.max(wait, 0)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw errors.interrupted(WATCH, e);
        }
    }

    private Optional<WatchSignal> idle(long until) {
        long now = nanoTime.getAsLong();
        if (deadline.isPresent() && now >= deadline.get()) {
            end(errors.silent(WATCH, "it was not created in time"));
            return Optional.empty();
        }
        return now >= until ? Optional.of(new WatchSignal.Idle(messages)) : Optional.empty();
    }

    private Optional<WatchSignal> read(PulledStream.Arrival<WatchResponse> arrival) {
        if (arrival.end() == null) {
            return read(arrival.message());
        }
        Status status = arrival.end();
        if (StatusTranslation.isTokenRefused(status)) {
            onTokenRefused.run();
        }
        end(status.isOk() ? errors.ended(WATCH) : errors.translate(WATCH, status));
        return Optional.empty();
    }

    private Optional<WatchSignal> read(WatchResponse response) {
        if (response.getCanceled()) {
            return Optional.of(canceled(response));
        }
        EtcdHeader header = EtcdHeader.of(response.getHeader());
        if (response.getCreated()) {
            deadline = Optional.empty();
            return Optional.of(new WatchSignal.Created(header));
        }
        if (response.getEventsCount() > 0) {
            return revisions(response, header);
        }
        if (assembler.isHolding()) {
            // a fragment always brings events: what is held is half a revision, and must not pass for a whole one
            end(errors.torn(WATCH));
            return Optional.empty();
        }
        if (response.getFragment() || (response.getWatchId() == ON_REQUEST && !mayAskForProgress)) {
            return Optional.empty();
        }
        return progress(header);
    }

    private Optional<WatchSignal> revisions(WatchResponse response, EtcdHeader header) {
        List<Change> whole =
                assembler.add(response.getEventsList(), response.getFragment() ? Fragment.MORE_FOLLOWS : Fragment.LAST);
        assembler.disorder().ifPresent(this::end);
        return whole.isEmpty() ? Optional.empty() : Optional.of(new WatchSignal.Revisions(whole, header));
    }

    private Optional<WatchSignal> progress(EtcdHeader header) {
        assembler.progress(header.revision());
        assembler.disorder().ifPresent(this::end);
        return over.isPresent() ? Optional.empty() : Optional.of(new WatchSignal.Progress(header));
    }

    private WatchSignal canceled(WatchResponse response) {
        end(errors.ended(WATCH));
        if (response.getCompactRevision() > 0) {
            return new WatchSignal.Compacted(response.getCompactRevision());
        }
        String reason = response.getCancelReason();
        if (StatusTranslation.isTokenRefused(reason)) {
            onTokenRefused.run();
            return new Refused(Refused.Why.TOKEN, reason);
        }
        Refused.Why why = reason.contains("permission denied") ? Refused.Why.PERMISSION : Refused.Why.OTHER;
        return new Refused(why, reason);
    }

    private void end(EtcdException error) {
        over = Optional.of(error);
        stream.close();
    }
}
