package dev.tidemark.cli.check;

import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.TidemarkException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The findings of checks that run one after the other, until they end or are cut off. Thread-safe. */
final class Findings {
    private final List<Finding> list = new ArrayList<>();
    private String running = "";
    private boolean closed;

    /** Looks at something; what it throws is what it found. */
    interface Look {
        Finding at(String name);
    }

    /** Runs one check; true unless it failed. */
    boolean check(String name, Look look) {
        begin(name);
        Finding found;
        try {
            found = look.at(name);
        } catch (TidemarkException e) {
            found = Finding.fail(name, e.failure(), oneLine(e.getMessage()), e.hint());
        } catch (RuntimeException e) {
            found = Finding.fail(name, Failure.INTERNAL, oneLine(e.toString()), "report it");
        }
        add(found);
        return found.isOk();
    }

    void skip(String why, String... names) {
        for (String name : names) {
            add(Finding.skip(name, why));
        }
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s+", " ");
    }

    private synchronized void begin(String name) {
        running = name;
    }

    private synchronized void add(Finding found) {
        if (!closed) {
            list.add(found);
            running = "";
        }
    }

    /** What was found so far; what is still running has given no answer in time, and nothing more is taken. */
    synchronized List<Finding> cutOff(String within) {
        if (!running.isEmpty() && !closed) {
            list.add(Finding.fail(
                    running,
                    Failure.UNAVAILABLE,
                    "no answer within " + within,
                    "is it overloaded, or does something on the way swallow packets?"));
        }
        closed = true;
        return List.copyOf(list);
    }

    /** A finding by its name. */
    synchronized Optional<Finding> of(String name) {
        return list.stream().filter(found -> found.name().equals(name)).findFirst();
    }
}
