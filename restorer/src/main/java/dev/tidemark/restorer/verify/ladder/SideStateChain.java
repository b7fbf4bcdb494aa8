package dev.tidemark.restorer.verify.ladder;

import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.catalog.Stored;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.ChainHead;
import dev.tidemark.schemas.avro.SideManifest;
import java.util.List;
import java.util.Optional;

/** The side states of one generation, beside those of its bases. A restore begins with the newest and follows the rows. */
final class SideStateChain implements Chain {
    private final GenerationWalk walk;
    private SideManifest last;

    SideStateChain(GenerationWalk walk) {
        this.walk = walk;
    }

    @Override
    public String prefix() {
        return ArchiveLayout.sideManifests(walk.generation());
    }

    @Override
    public long before() {
        return 0;
    }

    @Override
    public Link read(String name, byte[] bytes) {
        Stored<SideManifest> stored = walk.manifests().side(walk.generation(), name, bytes);
        walk.sawSchemaOf(bytes);
        last = stored.content();
        List<Link.Row> rows = last.getRecent().stream()
                .map(row -> new Link.Row(row.getSeq(), row.getSha256(), row.getRevision(), row.getRevision()))
                .toList();
        long revision = last.getSide().getRevision();
        return new Link(
                stored.name(),
                last.getSeq(),
                stored.sha256(),
                last.getPreviousSha256(),
                revision,
                revision,
                rows,
                oldest(rows));
    }

    /** What is of an earlier revision than all rows is looked for behind the oldest. */
    private static List<Link.Row> oldest(List<Link.Row> rows) {
        return rows.stream()
                .limit(1)
                .map(row -> new Link.Row(row.seq(), row.sha256(), 0, row.last()))
                .toList();
    }

    @Override
    public void expected(ChainHead head) {
        walk.exposure().side(head.getLastRevision());
    }

    @Override
    public Optional<String> breach(Link previous, Link next) {
        return next.first() >= previous.last()
                ? Optional.empty()
                : Optional.of(
                        "is of revision " + next.first() + ", but the side state before it is of " + previous.last());
    }

    @Override
    public void proven(Link link) {
        walk.exposure().side(link.last());
        walk.holds(Holding.of(link.name(), last, walk.exposure()));
    }

    @Override
    public Optional<RevisionRange> exposed(Span span) {
        return span.isHead() ? walk.exposure().all() : walk.exposure().ofSideManifest(span.firstFound(), span.last());
    }
}
