package dev.tidemark.archive.retention;

import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.IndexRun;
import dev.tidemark.schemas.avro.LiveSet;
import dev.tidemark.schemas.avro.Member;
import dev.tidemark.schemas.avro.ObjectRef;
import dev.tidemark.schemas.avro.SideManifest;
import dev.tidemark.schemas.avro.Synthesis;
import java.util.ArrayList;
import java.util.List;

/** The data objects that a manifest names: all that its readers may ask for. */
final class Names {
    private Names() {}

    static List<String> of(CheckpointManifest checkpoint) {
        List<String> names = of(checkpoint.getMembers());
        if (checkpoint.getMerge() != null) {
            add(names, checkpoint.getMerge().getLeaseFile());
            add(names, checkpoint.getMerge().getRun());
        }
        return names;
    }

    /** The descriptor beside a snapshot's base too: whoever reads the topic again looks for it. */
    static List<String> of(BaseManifest manifest) {
        List<String> names = of(manifest.getBase().getMembers());
        add(names, manifest.getBase().getSide());
        Synthesis synthesis = manifest.getSynthesis();
        if (synthesis == null) {
            names.add(
                    ArchiveLayout.descriptorBeside(manifest.getBase().getSide().getName()));
        } else {
            add(names, synthesis.getLeaseFile());
            add(names, synthesis.getSide().getObject());
            synthesis.getRuns().forEach(run -> add(names, run));
        }
        return names;
    }

    static List<String> of(SideManifest side) {
        return List.of(side.getSide().getObject().getName());
    }

    private static List<String> of(List<Member> members) {
        List<String> names = new ArrayList<>();
        for (Member member : members) {
            add(names, member.getSegment().getData());
            add(names, member.getSegment().getIndex());
            add(names, member.getLive());
            add(names, member.getLiveAtCompaction());
        }
        return names;
    }

    private static void add(List<String> names, LiveSet live) {
        if (live != null) {
            add(names, live.getObject());
        }
    }

    private static void add(List<String> names, IndexRun run) {
        if (run != null) {
            run.getFiles().forEach(file -> add(names, file.getFile()));
        }
    }

    private static void add(List<String> names, ObjectRef object) {
        if (object != null) {
            names.add(object.getName());
        }
    }
}
