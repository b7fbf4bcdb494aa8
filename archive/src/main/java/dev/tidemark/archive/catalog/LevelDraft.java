package dev.tidemark.archive.catalog;

import dev.tidemark.schemas.avro.ManifestRow;
import dev.tidemark.schemas.avro.TopicPosition;
import java.util.List;

/**
 * A checkpoint of level 1 or more whose data is uploaded; what its place in the chain adds is filled in at the commit.
 *
 * @param level the level
 * @param children the checkpoints of the level below that it stands for, oldest first
 * @param contentDigest docs/format.md, section 7, lower-case hex
 * @param data what it names
 * @param position that of the last child
 */
public record LevelDraft(
        int level, List<ManifestRow> children, String contentDigest, MergedData data, TopicPosition position) {
    public LevelDraft {
        children = List.copyOf(children);
        if (level < 1 || children.isEmpty()) {
            throw new IllegalArgumentException("level " + level + " of " + children.size() + " children");
        }
    }

    ManifestRow firstChild() {
        return children.get(0);
    }

    ManifestRow lastChild() {
        return children.get(children.size() - 1);
    }
}
