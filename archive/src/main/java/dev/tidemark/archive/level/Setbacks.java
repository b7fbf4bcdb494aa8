package dev.tidemark.archive.level;

import dev.tidemark.schemas.TidemarkException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What could not be made, and when it is tried again: later and later, up to an hour, since a piece that fails has
 * perhaps read and uploaded much before. Not thread-safe.
 */
public final class Setbacks {
    private static final Duration FIRST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofHours(1);

    /** What fails where it is no single piece. */
    private static final String ANYTHING = "anything";

    private final InstantSource clock;
    private final Map<Place, Setback> all = new LinkedHashMap<>();

    /** Where in the archive something is to be made. */
    private record Place(String generation, String what) {}

    /**
     * A piece of work that failed.
     *
     * @param generation the generation's id
     * @param what {@code level 2} or {@code base}
     * @param seq the manifest's sequence number; −1 where the one before cannot be read
     * @param pause how long it rests
     * @param again when it is tried again
     * @param why how it failed last
     */
    public record Setback(
            String generation, String what, long seq, Duration pause, Instant again, RuntimeException why) {
        @Override
        public String toString() {
            return what + " " + seq + " of generation " + generation + " cannot be made, tried again at " + again + ": "
                    + (why instanceof TidemarkException known ? known.withHint() : why.toString());
        }
    }

    public Setbacks(InstantSource clock) {
        this.clock = clock;
    }

    /** Whether a piece has failed and its time has not come yet. */
    boolean isResting(String generation, String what, long seq) {
        Setback known = all.get(new Place(generation, what));
        return known != null && known.seq == seq && clock.instant().isBefore(known.again);
    }

    /** A piece failed: it rests, twice as long as the time before. */
    void failed(String generation, String what, long seq, RuntimeException why) {
        Setback known = all.get(new Place(generation, what));
        Duration pause = known != null && known.seq == seq ? known.pause.multipliedBy(2) : FIRST;
        Duration bounded = pause.compareTo(LONGEST) < 0 ? pause : LONGEST;
        all.put(
                new Place(generation, what),
                new Setback(generation, what, seq, bounded, clock.instant().plus(bounded), why));
    }

    /** How a piece failed last; empty if nothing is wrong with what is to be made there. */
    Optional<RuntimeException> why(String generation, String what) {
        return Optional.ofNullable(all.get(new Place(generation, what))).map(Setback::why);
    }

    /** Nothing is wrong any more with what was to be made there. */
    void over(String generation, String what) {
        all.remove(new Place(generation, what));
    }

    /** A generation cannot be looked after at all; one whose failure is known already, of a piece, is left as it is. */
    public void failed(String generation, RuntimeException why) {
        if (all.values().stream().noneMatch(setback -> setback.why == why)) {
            // None of its pieces can be tried before that works again.
            all.keySet().removeIf(place -> place.generation.equals(generation) && !place.what.equals(ANYTHING));
            failed(generation, ANYTHING, 0, why);
        }
    }

    /** A generation is looked after again. */
    public void over(String generation) {
        over(generation, ANYTHING);
    }

    /** A generation is none of the archive's. */
    public void forget(String generation) {
        all.keySet().removeIf(place -> place.generation.equals(generation));
    }

    /** The one that is there for the longest time. */
    public Optional<Setback> oldest() {
        return all.values().stream().findFirst();
    }

    /** The one that is tried again first. */
    public Optional<Setback> next() {
        return all.values().stream().min(Comparator.comparing(Setback::again));
    }
}
