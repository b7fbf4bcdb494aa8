package dev.tidemark.restorer.verify.ladder;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.catalog.Stored;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.ChainHead;
import dev.tidemark.schemas.avro.CheckpointManifest;
import java.util.Optional;

/** The checkpoints of one level of a generation: dense from its base on. A reader begins with the newest. */
final class CheckpointChain implements Chain {
    private final GenerationWalk walk;
    private final int level;
    private CheckpointManifest last;

    CheckpointChain(GenerationWalk walk, int level) {
        this.walk = walk;
        this.level = level;
    }

    @Override
    public String prefix() {
        return ArchiveLayout.checkpoints(walk.generation(), level);
    }

    @Override
    public long before() {
        return walk.baseRevision();
    }

    @Override
    public Link read(String name, byte[] bytes) {
        Stored<CheckpointManifest> stored = walk.manifests().checkpoint(walk.generation(), level, name, bytes);
        walk.sawSchemaOf(bytes);
        last = stored.content();
        if ((last.getMerge() == null) != (level == 0)) {
            throw new DamagedObjectException(stored.name(), "does not say, as its level does, what it was merged from");
        }
        return new Link(
                stored.name(),
                last.getSeq(),
                stored.sha256(),
                last.getPreviousSha256(),
                last.getFirst(),
                last.getLast(),
                Link.Row.ofRows(last.getRecent()),
                Link.Row.ofPages(last.getPages()));
    }

    @Override
    public void expected(ChainHead head) {
        walk.exposure().reached(head.getLastRevision());
    }

    @Override
    public Optional<String> breach(Link previous, Link next) {
        return next.first() == previous.last() + 1
                ? Optional.empty()
                : Optional.of("begins at revision " + next.first() + ", but " + previous.name() + " ends at "
                        + previous.last());
    }

    @Override
    public void proven(Link link) {
        walk.exposure().reached(link.last());
        if (level == 0) {
            walk.logBegins(link.first());
        }
        walk.sawTopic(last.getPosition());
        walk.descent().saw(level, link);
        walk.holds(
                level == 0
                        ? Holding.of(link.name(), last, walk.exposure())
                        : Holding.ofMerged(link.name(), last, walk.exposure(), walk.descent()));
        if (level > 0) {
            walk.descent()
                    .breach(last)
                    .ifPresent(breach ->
                            walk.wrong(link, breach, () -> walk.exposure().ofMerged(link.last(), link.first())));
        }
        if (link.seq() == 0 && walk.baseRevision() > 0 && link.first() != walk.baseRevision() + 1) {
            walk.wrong(
                    link,
                    "begins at revision " + link.first() + ", but its generation's base is of " + walk.baseRevision());
        }
    }

    @Override
    public Optional<RevisionRange> exposed(Span span) {
        if (level == 0) {
            return span.isHead() ? walk.everything() : walk.exposure().ofCheckpoint(span.firstFound(), span.last());
        }
        return span.isHead() ? walk.exposure().all() : walk.exposure().ofMerged(span.firstRead(), span.first());
    }
}
