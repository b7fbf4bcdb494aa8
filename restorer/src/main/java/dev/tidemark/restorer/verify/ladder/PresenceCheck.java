package dev.tidemark.restorer.verify.ladder;

import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.archive.store.ObjectStore;
import java.util.Optional;

/** Every object that is named is there, with its length. */
final class PresenceCheck implements DataCheck {
    private final ObjectStore store;
    private final String root;
    private final Tally tally;

    PresenceCheck(ObjectStore store, String root, Tally tally) {
        this.store = store;
        this.root = root;
        this.tally = tally;
    }

    @Override
    public void check(Holding holding) {
        holding.parts().forEach(part -> check(part, holding.owner()));
    }

    /** Looks at one object. */
    void check(Part part, String owner) {
        String name = root + part.ref().getName();
        if (tally.begin(name, part.exposed())) {
            look(name, part, owner);
            tally.done(name);
        }
    }

    private void look(String name, Part part, String owner) {
        Optional<ObjectInfo> found = store.stat(name);
        if (found.isEmpty()) {
            tally.found(Tally.Fault.MISSING, name, "is named by " + owner + ", but missing", part.exposed());
        } else if (found.get().bytes() != part.ref().getBytes()) {
            tally.found(
                    Tally.Fault.DAMAGED,
                    name,
                    "has " + found.get().bytes() + " bytes, but " + owner + " says "
                            + part.ref().getBytes(),
                    part.exposed());
        }
    }
}
