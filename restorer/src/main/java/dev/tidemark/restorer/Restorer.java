package dev.tidemark.restorer;

import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.RevisionSequence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Brings back the state of a cluster at a moment: plans, finds the survivors from key indexes, then streams them in
 * revision order in one pass. Memory grows with the number of records in bits, never with the values. Thread-safe; each
 * call reads the newest state of archive and topic.
 */
public final class Restorer {
    private static final long BUMP_STEP = 1_000_000;
    /** etcd takes 9,000,000,000 at most. */
    private static final long ENDLESS_SECONDS = 8_000_000_000L;

    private static final byte[] NO_PREFIX = {};

    private final Sources sources;

    public Restorer(Sources sources) {
        this.sources = sources;
    }

    /**
     * What a restore to a moment would read. Reads manifests, and at most the few blocks that tell a revision's time.
     *
     * @throws UnreachableTargetException if the moment cannot be restored
     * @throws AmbiguousRevisionException if it may mean several states
     * @throws TailException if it may depend on the topic, and that cannot be read
     */
    public RestorePlan plan(Target target) {
        try (ArchiveHistory history = ArchiveHistory.open(sources)) {
            return history.plan(target);
        }
    }

    /**
     * What {@link #restore} would read, found and refused in the same way.
     *
     * @throws OutputException if the output exists and must not be replaced
     */
    public RestorePlan plan(RestoreRequest request) {
        checkOutput(request.output());
        try (ArchiveHistory history = open(request)) {
            return plan(history, request);
        }
    }

    /**
     * Restores. The output appears whole or, after any exception, not at all (a stream may have got a part).
     *
     * @throws OutputException if the output exists and must not be replaced, or cannot be written
     * @throws dev.tidemark.archive.DamagedObjectException if an object that is needed is damaged
     */
    public RestoreResult restore(RestoreRequest request, RestoreProgress progress) {
        long started = sources.clock().millis();
        checkOutput(request.output());
        try (ArchiveHistory history = open(request)) {
            return run(history, plan(history, request), request, progress, started);
        }
    }

    private static RestorePlan plan(ArchiveHistory history, RestoreRequest request) {
        return request.historyFrom().isPresent() ? planHistory(history, request) : history.plan(request.target());
    }

    /** Only a bump has to know the newest revision of all. */
    private ArchiveHistory open(RestoreRequest request) {
        return switch (request.bump()) {
            case PAST_NEWEST -> ArchiveHistory.open(sources);
            case NONE -> ArchiveHistory.openFor(sources, request.target());
        };
    }

    private static RestorePlan planHistory(ArchiveHistory history, RestoreRequest request) {
        long compacted = request.historyFrom().getAsLong();
        RestorePlan plan = history.planFrom(request.target(), compacted);
        if (compacted > plan.revision()) {
            throw new RestoreException(
                    Failure.USAGE,
                    "a history from " + compacted + " cannot end at " + plan.revision(),
                    "--history-from takes a revision up to the restored one");
        }
        return plan;
    }

    private RestoreResult run(
            ArchiveHistory history, RestorePlan plan, RestoreRequest request, RestoreProgress progress, long started) {
        SideUse use = history.side(plan);
        SideTable side = SideTable.read(sources.archive(), plan, use, history.tail());
        OptionalLong bumped = bumpedTo(plan, history.tail().isPresent(), request);
        OptionalLong since = request.historyFrom();
        Selection selection = history.selection(plan);
        List<RecordPass.Part> parts = since.isPresent() ? selection.history(since.getAsLong()) : selection.state();
        long total = parts.stream()
                .mapToLong(part -> part.wanted().getLongCardinality())
                .sum();
        long marks = since.orElse(bumped.orElse(plan.revision()));
        try (StateSink sink = open(request, marks, history.scratch())) {
            StateCount count =
                    new StateCount(sink, request.prefix().orElse(NO_PREFIX), sequence(since), progress, total);
            RecordPass.run(parts, count);
            SideState kept = kept(side, count, request);
            checkOutput(request.output());
            StateSink.Written written = deliver(sink.finish(kept), request);
            return new RestoreResult(
                    plan,
                    written.path(),
                    written.bytes(),
                    written.sha256(),
                    plan.revision(),
                    count.keys(),
                    written.hash(),
                    bumped,
                    kept.leases(),
                    kept.auth().isEmpty() ? OptionalLong.empty() : OptionalLong.of(use.revision()),
                    sources.clock().millis() - started);
        }
    }

    private static Optional<RevisionSequence> sequence(OptionalLong since) {
        return since.isEmpty()
                ? Optional.empty()
                : Optional.of(new RevisionSequence("restored history", since.getAsLong()));
    }

    /** What the archive ends with is surely the newest only if the topic was asked: clients may have seen more. */
    private static OptionalLong bumpedTo(RestorePlan plan, boolean topicRead, RestoreRequest request) {
        long behind = plan.newestKnown() - plan.revision();
        boolean newest = behind <= 0 && topicRead;
        return switch (request.bump()) {
            case NONE -> OptionalLong.empty();
            case PAST_NEWEST ->
                newest || request.format() != RestoreRequest.Format.DATABASE
                        ? OptionalLong.empty()
                        : OptionalLong.of(plan.revision() + roundedUp(behind) + BUMP_STEP);
        };
    }

    private static long roundedUp(long behind) {
        return Math.floorDiv(behind + BUMP_STEP - 1, BUMP_STEP) * BUMP_STEP;
    }

    private static SideState kept(SideTable side, StateCount count, RestoreRequest request) {
        if (request.format() != RestoreRequest.Format.DATABASE) {
            return SideState.NONE;
        }
        RestoreResult.Leases known =
                side.leases(count.leases(), request.unknownLeaseTtl().toSeconds());
        RestoreResult.Leases leases =
                switch (request.leaseTerms()) {
                    case AS_GRANTED -> known;
                    case WITHOUT_END -> known.withTtl(ENDLESS_SECONDS);
                };
        return switch (request.auth()) {
            case DROP -> new SideState(leases, List.of(), List.of(), List.of());
            case KEEP -> new SideState(leases, side.pairs("auth"), side.pairs("authUsers"), side.pairs("authRoles"));
        };
    }

    private static StateSink open(RestoreRequest request, long marks, Scratch scratch) {
        return switch (request.format()) {
            case DATABASE ->
                new DatabaseSink(
                        request.output() instanceof Output.ToFile file
                                ? file.path()
                                : scratch.directory().resolve("snapshot.db"),
                        marks);
            case NDJSON -> new JsonLinesSink(request.output());
            case AVRO -> new AvroSink(request.output());
        };
    }

    /** A database is written with random access, so a stream gets it only when it is whole. */
    private static StateSink.Written deliver(StateSink.Written written, RestoreRequest request) {
        boolean toStream = request.output() instanceof Output.ToStream;
        if (!toStream || written.path().isEmpty()) {
            return written;
        }
        Path whole = written.path().get();
        try {
            Files.copy(whole, ((Output.ToStream) request.output()).stream());
        } catch (IOException e) {
            throw OutputException.broken("the output stream", e);
        }
        return new StateSink.Written(Optional.empty(), written.bytes(), written.sha256(), written.hash());
    }

    private static void checkOutput(Output output) {
        if (!(output instanceof Output.ToFile file)) {
            return;
        }
        Path path = file.path().toAbsolutePath();
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw OutputException.noFile(path);
        }
        if (!Files.isDirectory(path.getParent())) {
            throw OutputException.noDirectory(path.getParent());
        }
        if (Files.exists(path) && file.existing() == Output.Existing.REFUSE) {
            throw OutputException.exists(path);
        }
    }
}
