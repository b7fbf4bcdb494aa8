package dev.tidemark.sandbox.faults;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/** What the network between client and server is like at present. Only the proxy's own thread looks and changes. */
final class Conditions {
    private final Set<Direction> stalled = EnumSet.noneOf(Direction.class);
    private long delayNanos;

    boolean isStalled(Direction direction) {
        return stalled.contains(direction);
    }

    void stall(Set<Direction> directions) {
        stalled.addAll(directions);
    }

    void resume(Set<Direction> directions) {
        stalled.removeAll(directions);
    }

    long delayNanos() {
        return delayNanos;
    }

    void delay(Duration time) {
        delayNanos = time.toNanos();
    }
}
