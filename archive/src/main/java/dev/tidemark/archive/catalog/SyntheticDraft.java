package dev.tidemark.archive.catalog;

import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.ManifestRow;
import dev.tidemark.schemas.avro.SideState;
import java.util.List;

/**
 * A base that was worked out from a former one and the hour checkpoints since, and whose data is uploaded. Its revision
 * is the last one of those.
 *
 * @param former the base that it was worked out from
 * @param hours the hour checkpoints after that, oldest first
 * @param side the side state in force at its revision
 * @param contentDigest docs/format.md, section 7, lower-case hex
 * @param data what it names
 */
public record SyntheticDraft(
        BaseManifest former, List<ManifestRow> hours, SideState side, String contentDigest, MergedData data) {
    public SyntheticDraft {
        hours = List.copyOf(hours);
        if (hours.isEmpty()) {
            throw new IllegalArgumentException("a base after no hour");
        }
    }

    ManifestRow lastHour() {
        return hours.get(hours.size() - 1);
    }
}
