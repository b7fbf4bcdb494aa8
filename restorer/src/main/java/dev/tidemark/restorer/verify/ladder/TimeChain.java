package dev.tidemark.restorer.verify.ladder;

import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.catalog.Stored;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.ChainHead;
import dev.tidemark.schemas.avro.TimeProof;
import java.util.List;
import java.util.Optional;

/** The proofs of one generation that nothing was committed until a time. Nobody reads any but the newest. */
final class TimeChain implements Chain {
    private final GenerationWalk walk;
    private TimeProof last;
    private TimeProof later;

    TimeChain(GenerationWalk walk) {
        this.walk = walk;
    }

    @Override
    public String prefix() {
        return ArchiveLayout.timeProofs(walk.generation());
    }

    @Override
    public long before() {
        return 0;
    }

    @Override
    public Link read(String name, byte[] bytes) {
        Stored<TimeProof> stored = walk.manifests().time(walk.generation(), name, bytes);
        walk.sawSchemaOf(bytes);
        last = stored.content();
        return new Link(
                stored.name(),
                last.getSeq(),
                stored.sha256(),
                last.getPreviousSha256(),
                last.getRevision(),
                last.getRevision(),
                List.of(),
                List.of());
    }

    @Override
    public void expected(ChainHead head) {
        walk.exposure().reached(head.getLastRevision());
    }

    @Override
    public Optional<String> breach(Link previous, Link next) {
        boolean rises = next.last() >= previous.last() && later.getAtMillis() >= last.getAtMillis();
        return rises
                ? Optional.empty()
                : Optional.of("is of revision " + next.last() + " and time " + later.getAtMillis() + ", but "
                        + previous.name() + " of " + previous.last() + " and " + last.getAtMillis());
    }

    @Override
    public void proven(Link link) {
        later = last;
        walk.sawTopic(last.getPosition());
    }

    /** Only targets after the newest revision's time ask for it. */
    @Override
    public Optional<RevisionRange> exposed(Span span) {
        return span.isHead() ? walk.exposure().newest() : Optional.empty();
    }
}
