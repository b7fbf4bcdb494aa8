package dev.tidemark.restorer.verify.ladder;

import dev.tidemark.archive.DamagedObjectException;

/** What is wrong with an object, without its name. */
final class Problems {
    private Problems() {}

    static String of(DamagedObjectException e) {
        String name = e.object() + ": ";
        return e.getMessage().startsWith(name) ? e.getMessage().substring(name.length()) : e.getMessage();
    }
}
