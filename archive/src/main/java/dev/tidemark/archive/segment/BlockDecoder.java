package dev.tidemark.archive.segment;

import dev.tidemark.schemas.Change;
import java.util.function.Consumer;

/** Turns a checked, decompressed block into changes. */
interface BlockDecoder {
    /** Says which records are wanted; asked for rising ordinals. */
    interface Wanted {
        boolean takes(int ordinal);
    }

    /** Gives the wanted records of a block to {@code sink}, in order. */
    void decode(DataBlock block, Wanted wanted, Consumer<Change> sink);
}
