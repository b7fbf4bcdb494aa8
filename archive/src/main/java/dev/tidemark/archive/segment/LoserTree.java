package dev.tidemark.archive.segment;

/**
 * Merges inputs by key, the last input first among equal keys. Each inner node holds the loser of its match, so that a
 * step costs one comparison a level. Not thread-safe.
 */
final class LoserTree<T extends LoserTree.Input<T>> {
    private final T[] inputs;
    private final int[] losers;
    private int winner;

    /** What is merged: it stands at a key, or at its end. */
    interface Input<T> {
        /** Whether there is no further key. */
        boolean isEnd();

        /** Compares the two keys; neither is at its end. */
        int compareKey(T other);
    }

    LoserTree(T[] inputs) {
        this.inputs = inputs;
        this.losers = new int[Math.max(1, inputs.length)];
        this.winner = inputs.length == 0 ? -1 : play(1);
    }

    /** The input with the smallest key; -1 at the end. */
    int winner() {
        return winner < 0 || inputs[winner].isEnd() ? -1 : winner;
    }

    /** Replays the matches after the winner moved on. */
    void replay() {
        int best = winner;
        for (int node = (winner + inputs.length) / 2; node >= 1; node /= 2) {
            int other = losers[node];
            if (beats(other, best)) {
                losers[node] = best;
                best = other;
            }
        }
        winner = best;
    }

    private int play(int node) {
        if (node >= inputs.length) {
            return node - inputs.length;
        }
        int left = play(2 * node);
        int right = play(2 * node + 1);
        boolean leftWins = beats(left, right);
        losers[node] = leftWins ? right : left;
        return leftWins ? left : right;
    }

    private boolean beats(int a, int b) {
        if (inputs[a].isEnd() || inputs[b].isEnd()) {
            return !inputs[a].isEnd();
        }
        int order = inputs[a].compareKey(inputs[b]);
        return order < 0 || (order == 0 && a > b);
    }
}
