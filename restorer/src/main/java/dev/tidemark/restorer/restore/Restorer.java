package dev.tidemark.restorer.restore;

import dev.tidemark.restorer.RestoreException;
import dev.tidemark.restorer.Sources;
import dev.tidemark.restorer.output.OutputException;
import dev.tidemark.restorer.output.StateSink;
import dev.tidemark.restorer.past.Past;
import dev.tidemark.restorer.past.RecordPass;
import dev.tidemark.restorer.plan.AmbiguousRevisionException;
import dev.tidemark.restorer.plan.RestorePlan;
import dev.tidemark.restorer.plan.UnreachableTargetException;
import dev.tidemark.restorer.tail.Tail;
import dev.tidemark.restorer.tail.TailException;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.RevisionSequence;
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
        try (Past past = Past.open(sources)) {
            return past.plan(target);
        }
    }

    /**
     * What {@link #restore} would read, found and refused in the same way.
     *
     * @throws OutputException if the output exists and must not be replaced
     */
    public RestorePlan plan(RestoreRequest request) {
        request.output().check();
        try (Past past = open(request)) {
            return plan(past, request);
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
        request.output().check();
        try (Past past = open(request)) {
            return run(past, plan(past, request), request, progress, started);
        }
    }

    private static RestorePlan plan(Past past, RestoreRequest request) {
        return request.historyFrom().isPresent() ? planHistory(past, request) : past.plan(request.target());
    }

    /** Only a bump has to know the newest revision of all. */
    private Past open(RestoreRequest request) {
        return switch (request.bump()) {
            case PAST_NEWEST -> Past.open(sources);
            case NONE -> Past.openFor(sources, request.target());
        };
    }

    private static RestorePlan planHistory(Past past, RestoreRequest request) {
        long compacted = request.historyFrom().getAsLong();
        RestorePlan plan = past.planFrom(request.target(), compacted);
        if (compacted > plan.revision()) {
            throw new RestoreException(
                    Failure.USAGE,
                    "a history from " + compacted + " cannot end at " + plan.revision(),
                    "--history-from takes a revision up to the restored one");
        }
        return plan;
    }

    private RestoreResult run(
            Past past, RestorePlan plan, RestoreRequest request, RestoreProgress progress, long started) {
        SideUse use = SideUse.of(plan, past.history().chapter(plan.generation()));
        Optional<Tail> tail = past.history().tail();
        SideTable side = SideTable.read(sources.archive(), plan, use, tail);
        OptionalLong bumped = bumpedTo(plan, tail.isPresent(), request);
        OptionalLong since = request.historyFrom();
        RecordPass pass = since.isPresent() ? past.historySince(plan, since.getAsLong()) : past.state(plan);
        long marks = since.orElse(bumped.orElse(plan.revision()));
        try (StateSink sink = open(request, marks, past.directory())) {
            StateCount count =
                    new StateCount(sink, request.prefix().orElse(NO_PREFIX), sequence(since), progress, pass.records());
            pass.run(count);
            SideState kept = kept(side, count, request);
            request.output().check();
            StateSink.Written written = sink.finish(kept.contents());
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

    private static StateSink open(RestoreRequest request, long marks, Path scratch) {
        return switch (request.format()) {
            case DATABASE -> StateSink.database(request.output(), marks, scratch);
            case NDJSON -> StateSink.jsonLines(request.output());
            case AVRO -> StateSink.avro(request.output());
        };
    }
}
