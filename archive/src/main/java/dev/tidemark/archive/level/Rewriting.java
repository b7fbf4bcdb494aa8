package dev.tidemark.archive.level;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Decides which segments are written anew without their dead records: a pure function of their sizes. Only neighbours are
 * joined, since revisions must stay in order. A segment is written anew
 *
 * <ul>
 *   <li>if half of its bytes or more are dead;
 *   <li>if of all bytes more than {@link #DEAD_SHARE} would stay dead otherwise, the deadest first: so a few are written
 *       at a time, and not all in the hour in which segments of one age reach their half;
 *   <li>if it is one of {@link #NEIGHBOURS} and more of one size class, or with smaller ones between them: classes are
 *       eighths of each other, and the last one are segments between a quarter and half full;
 *   <li>if it stands beside such ones, is no larger than they are together, and fits into the last one that they make.
 * </ul>
 */
final class Rewriting {
    /** The share of dead bytes over all segments that is let be: a little less than the goal of 30 %. */
    static final double DEAD_SHARE = 0.27;

    /** Segments of one size class that are joined. */
    static final int NEIGHBOURS = 8;

    private static final double MOSTLY_DEAD = 0.5;
    private static final double SMALLEST_CLASS = Math.pow(NEIGHBOURS, -6);

    /** Half-full segments that are joined at a time, so that no single base costs much. */
    private static final int MOST_HALF_FULL = 2 * NEIGHBOURS;

    private final List<Share> shares;
    private final boolean[] chosen;

    /**
     * What is known of a segment.
     *
     * @param bytes those of its data
     * @param liveBytes about how many of them belong to survivors
     * @param fullness the share of a full segment that the survivors fill
     * @param must whether it has to be written anew
     */
    record Share(long bytes, long liveBytes, double fullness, boolean must) {
        private long deadBytes() {
            return Math.max(0, bytes - liveBytes);
        }

        private double deadShare() {
            return (double) deadBytes() / bytes;
        }
    }

    /** Neighbours that are written anew together, up to {@code to}, exclusive. */
    record Run(int from, int to) {}

    private Rewriting(List<Share> shares) {
        this.shares = shares;
        this.chosen = new boolean[shares.size()];
    }

    /** The runs to be written anew, in order; what is in none of them stays. */
    static List<Run> plan(List<Share> shares) {
        Rewriting plan = new Rewriting(shares);
        plan.chooseMostlyDead();
        plan.chooseOverBudget();
        for (double bound = SMALLEST_CLASS; bound < 1; bound *= NEIGHBOURS) {
            plan.join(bound, bound / NEIGHBOURS, plan.chosen.length);
        }
        plan.join(0.5, 0.25, MOST_HALF_FULL);
        return plan.runs();
    }

    private void chooseMostlyDead() {
        for (int i = 0; i < chosen.length; i++) {
            chosen[i] = shares.get(i).must || shares.get(i).deadShare() >= MOSTLY_DEAD;
        }
    }

    private void chooseOverBudget() {
        long bytes = 0;
        long dead = 0;
        for (int i = 0; i < chosen.length; i++) {
            bytes += chosen[i] ? shares.get(i).liveBytes : shares.get(i).bytes;
            dead += chosen[i] ? 0 : shares.get(i).deadBytes();
        }
        List<Integer> deadestFirst = IntStream.range(0, chosen.length)
                .filter(i -> !chosen[i])
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -shares.get(i).deadShare()))
                .toList();
        for (int i : deadestFirst) {
            if (dead <= DEAD_SHARE * bytes) {
                return;
            }
            chosen[i] = true;
            dead -= shares.get(i).deadBytes();
            bytes -= shares.get(i).deadBytes();
        }
    }

    /** Joins runs of segments up to a size in which enough are larger than the class below. */
    private void join(double bound, double above, int most) {
        int from = 0;
        while (from < chosen.length) {
            int to = from;
            while (to < chosen.length && to - from < most && shares.get(to).fullness <= bound) {
                to++;
            }
            if (to - from >= NEIGHBOURS) {
                joinIfWorthIt(from, to, above);
            }
            from = Math.max(to, from + 1);
        }
    }

    private void joinIfWorthIt(int from, int to, double above) {
        int ofClass = 0;
        for (int i = from; i < to; ) {
            double together = 0;
            int next = i;
            // What is written together already counts as what it becomes.
            do {
                together += shares.get(next).fullness;
                next++;
            } while (next < to && chosen[i] && chosen[next]);
            ofClass += together > above ? 1 : 0;
            i = next;
        }
        boolean halved = 2 * Math.max(1, Math.ceil(fullness(from, to))) <= ofClass;
        for (int i = from; i < to && ofClass >= NEIGHBOURS && halved; i++) {
            chosen[i] = true;
        }
    }

    private List<Run> runs() {
        List<Run> runs = new ArrayList<>();
        int at = 0;
        while (at < chosen.length) {
            if (chosen[at]) {
                Run run = filled(runs.isEmpty() ? 0 : runs.get(runs.size() - 1).to, at);
                runs.add(run);
                at = run.to;
            } else {
                at++;
            }
        }
        return runs;
    }

    /** A run with the neighbours that fit into its last segment, the smaller one first. */
    private Run filled(int floor, int at) {
        int from = at;
        int to = endOfChosen(at);
        while (true) {
            double own = fullness(from, to);
            double room = Math.min(own, Math.max(1, Math.ceil(own)) - own);
            double before = from > floor ? shares.get(from - 1).fullness : Double.MAX_VALUE;
            double after = to < chosen.length ? shares.get(to).fullness : Double.MAX_VALUE;
            if (Math.min(before, after) > room) {
                return new Run(from, to);
            }
            if (before <= after) {
                from--;
            } else {
                to = endOfChosen(to + 1);
            }
        }
    }

    private int endOfChosen(int from) {
        int to = from;
        while (to < chosen.length && chosen[to]) {
            to++;
        }
        return to;
    }

    private double fullness(int from, int to) {
        return shares.subList(from, to).stream().mapToDouble(Share::fullness).sum();
    }
}
