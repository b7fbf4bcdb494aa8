package dev.tidemark.restorer.verify.ladder;

import dev.tidemark.restorer.verify.report.Sampling;

/** Every object that is named has the bytes that are named; of what a sampled run leaves to others it looks at the length. */
final class BytesCheck implements DataCheck {
    private final Proof proof;
    private final PresenceCheck presence;
    private final Tally tally;
    private final String root;
    private final Sampling sampling;

    BytesCheck(Proof proof, PresenceCheck presence, Tally tally, String root, Sampling sampling) {
        this.proof = proof;
        this.presence = presence;
        this.tally = tally;
        this.root = root;
        this.sampling = sampling;
    }

    @Override
    public void check(Holding holding) {
        for (Part part : holding.parts()) {
            String name = root + part.ref().getName();
            if (!sampling.takes(part.ref().getName())) {
                presence.check(part, holding.owner());
            } else if (tally.begin(name, part.exposed())) {
                proof.holds(part, holding.owner());
                tally.done(name);
            }
        }
    }
}
