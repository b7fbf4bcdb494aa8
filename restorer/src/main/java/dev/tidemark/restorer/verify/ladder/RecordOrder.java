package dev.tidemark.restorer.verify.ladder;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.schemas.Change;

/** Sees to it that the records of a manifest, over all its segments, are those of its range and leave nothing out. */
final class RecordOrder {
    private final Holding.Content content;
    private long main;
    private long sub = -1;
    private boolean any;

    RecordOrder(Holding.Content content) {
        this.content = content;
        this.main = switch (content.density()) {
            case EVERY_REVISION, FOLDED -> content.first() - 1;
            case SINCE_COMPACTION -> content.first();
            case STATE -> 0;
        };
    }

    void accept(Change change) {
        any = true;
        boolean fits =
                switch (content.density()) {
                    case EVERY_REVISION -> isNext(change);
                    case SINCE_COMPACTION -> change.main() <= content.first() || isNext(change);
                    case FOLDED, STATE -> change.main() > main || (change.main() == main && change.sub() > sub);
                };
        if (!fits || change.main() > content.last()) {
            throw wrong("holds " + change.main() + "/" + change.sub() + " after " + main + "/" + sub
                    + ", in a range of " + content.first() + ".." + content.last());
        }
        if (content.density() != Holding.Density.SINCE_COMPACTION || change.main() > content.first()) {
            main = change.main();
            sub = change.sub();
        }
    }

    /** All records were seen. */
    void end() {
        boolean ends =
                switch (content.density()) {
                    // what is folded holds the last revision always
                    case EVERY_REVISION, FOLDED, STATE -> main == content.last();
                    // a store that was compacted at its newest revision holds nothing after it
                    case SINCE_COMPACTION -> main == content.last() || !any;
                };
        if (!ends) {
            throw wrong("its records end at revision " + main + ", not " + content.last());
        }
    }

    private boolean isNext(Change change) {
        return change.main() == main ? change.sub() == sub + 1 : change.main() == main + 1 && change.sub() == 0;
    }

    private static DamagedObjectException wrong(String problem) {
        return new DamagedObjectException("its records", problem);
    }
}
