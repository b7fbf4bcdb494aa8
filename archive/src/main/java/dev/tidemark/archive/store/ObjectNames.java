package dev.tidemark.archive.store;

import java.util.regex.Pattern;

/** What may be an object's name, in every store alike. */
final class ObjectNames {
    private static final int PART_BYTES = 5 << 20;
    private static final String PART = "[A-Za-z0-9_~-][A-Za-z0-9._~-]*";
    private static final Pattern NAME = Pattern.compile(PART + "(/" + PART + ")*");
    private static final Pattern PREFIX = Pattern.compile("(" + PART + "/)*(" + PART + ")?");

    private ObjectNames() {}

    static void checkName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("not an object's name: \"" + name + "\"");
        }
    }

    static void checkList(String prefix, String startAfter, int max) {
        if (!PREFIX.matcher(prefix).matches()) {
            throw new IllegalArgumentException("not the beginning of an object's name: \"" + prefix + "\"");
        }
        if (!PREFIX.matcher(startAfter).matches()) {
            throw new IllegalArgumentException("not the beginning of an object's name: \"" + startAfter + "\"");
        }
        if (max < 1) {
            throw new IllegalArgumentException("a listing of at most " + max);
        }
    }

    static void checkRange(String name, long offset, int length) {
        checkName(name);
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException(name + ": no range: " + length + " bytes at " + offset);
        }
    }

    static void checkCreate(String name, byte[] bytes) {
        checkName(name);
        if (bytes.length > PART_BYTES) {
            throw new IllegalArgumentException(name + ": " + bytes.length + " bytes cannot be created in one part");
        }
    }
}
