package dev.tidemark.sandbox;

import java.util.ArrayList;
import java.util.List;

/**
 * Makes a child that cannot outlive this JVM. The shell that becomes the child leaves a watchdog behind, which reads from
 * the child's standard input, a pipe that only this JVM holds open: however the JVM ends, by kill -9 too, the kernel closes
 * the pipe, and the watchdog kills the child if it is still its parent (a pid may have been given to another process
 * since). The child itself has no standard input. Whoever closes the pipe of a child that has ended ends the watchdog.
 */
final class Watchdog {
    private static final String WATCHED =
            """
            exec 3<&0
            ( trap '' HUP INT TERM
              read -r _ <&3
              if [ -r /proc/self/stat ]; then read -r _ _ _ parent _ < /proc/self/stat; else parent=$$; fi
              [ "$parent" = $$ ] && kill -KILL $$
            ) </dev/null >/dev/null 2>&1 &
            exec "$@" </dev/null 3<&-
            """;

    private Watchdog() {}

    /** The command with a watchdog over it; its standard input must be a pipe. */
    static List<String> over(List<String> command) {
        List<String> words = new ArrayList<>(List.of("/bin/sh", "-c", WATCHED, "sandbox"));
        words.addAll(command);
        return words;
    }
}
