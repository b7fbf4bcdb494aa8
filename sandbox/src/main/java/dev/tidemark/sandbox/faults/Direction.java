package dev.tidemark.sandbox.faults;

/** One of the two ways that bytes take through a proxy. */
public enum Direction {
    TO_SERVER,
    TO_CLIENT
}
