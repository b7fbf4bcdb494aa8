package dev.tidemark.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The commands of docs/recovery.md, as they stand there. */
final class RecoveryPage {
    private static final Path PAGE = Path.of("..", "docs", "recovery.md");

    private RecoveryPage() {}

    /** Where a command is run. */
    enum Where {
        /** Once. */
        ANYWHERE,
        /** On each member. */
        MEMBER
    }

    /** Lines of shell, and where they are run. */
    record Block(Where where, String text) {}

    /** The blocks of shell below a heading, in their order; others show what runs on, and are left out. */
    static List<Block> blocks(String heading) {
        List<Block> blocks = new ArrayList<>();
        String section = section(heading);
        for (String fenced : section.split("\n```sh", -1)) {
            if (fenced.equals(section) || !fenced.contains("\n```")) {
                continue;
            }
            int end = fenced.indexOf('\n');
            String where = fenced.substring(0, end).strip();
            if (!where.isEmpty() && !where.equals("member")) {
                continue;
            }
            blocks.add(new Block(
                    where.isEmpty() ? Where.ANYWHERE : Where.MEMBER,
                    fenced.substring(end + 1, fenced.indexOf("\n```", end))));
        }
        return blocks;
    }

    private static String section(String heading) {
        try {
            return Arrays.stream(Files.readString(PAGE).split("\n## "))
                    .filter(section -> section.startsWith(heading + "\n"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("docs/recovery.md has no section " + heading));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
