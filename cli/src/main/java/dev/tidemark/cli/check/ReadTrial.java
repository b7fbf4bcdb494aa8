package dev.tidemark.cli.check;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Objects as large as segments get, and parts of objects. */
final class ReadTrial {
    private static final int LARGE = 64 << 20;
    private static final int STEP = 1 << 20;
    private static final int RANGED = STEP + 17;
    private static final String ANOTHER =
            "use a store that gives back what was asked for, and no proxy that changes it";

    private final Trial trial;
    private final Path scratch;

    ReadTrial(Trial trial, Path scratch) {
        this.trial = trial;
        this.scratch = scratch;
    }

    Finding ranges(String name) {
        byte[] bytes = content(RANGED);
        String object = trial.name("ranged");
        trial.store().put(object, bytes);
        List<String> wrong = new ArrayList<>();
        for (int[] range : List.of(
                new int[] {0, 1},
                new int[] {RANGED / 2, 10},
                new int[] {RANGED - 1, 1},
                new int[] {1, RANGED - 1},
                new int[] {0, RANGED})) {
            byte[] expected = Arrays.copyOfRange(bytes, range[0], range[0] + range[1]);
            try {
                if (!Arrays.equals(trial.store().read(object, range[0], range[1]), expected)) {
                    wrong.add(range[1] + " bytes at " + range[0] + " are others than were written");
                }
            } catch (DamagedObjectException e) {
                wrong.add(range[1] + " bytes at " + range[0] + " were asked for, and another number came");
            }
        }
        for (int[] beyond : List.of(new int[] {RANGED - 1, 2}, new int[] {RANGED + 5, 1})) {
            try {
                trial.store().read(object, beyond[0], beyond[1]);
                wrong.add(beyond[1] + " bytes at " + beyond[0] + " came of an object of " + RANGED);
            } catch (DamagedObjectException expected) {
                // so it must be
            }
        }
        return wrong.isEmpty()
                ? Finding.ok(name, "first, middle and last bytes come exactly, none from beyond the end")
                : Finding.fail(name, Failure.VERIFICATION, String.join("; ", wrong), ANOTHER);
    }

    Finding large(String name) {
        String object = trial.name("large");
        byte[] step = content(STEP);
        Path file = scratch.resolve("large-" + object.hashCode());
        try {
            try (OutputStream out = Files.newOutputStream(file)) {
                for (int written = 0; written < LARGE; written += STEP) {
                    step[0] = (byte) (written / STEP);
                    out.write(step);
                }
            }
            trial.store().put(object, file);
            long bytes = trial.store().stat(object).map(ObjectInfo::bytes).orElse(-1L);
            if (bytes != LARGE || !comesBack(object, step)) {
                return Finding.fail(
                        name,
                        Failure.VERIFICATION,
                        "an object of 64 MiB does not come back as it was sent (the store says it has " + bytes
                                + " bytes)",
                        ANOTHER);
            }
            return Finding.ok(name, "64 MiB, sent as one part, come back as they were");
        } catch (IOException e) {
            return Finding.fail(
                    name, Failure.UNAVAILABLE, "64 MiB could not be carried: " + e, "is there room in spool.dir?");
        } finally {
            delete(file);
        }
    }

    private boolean comesBack(String object, byte[] step) throws IOException {
        try (InputStream in = trial.store().open(object)) {
            for (int read = 0; read < LARGE; read += STEP) {
                step[0] = (byte) (read / STEP);
                if (!Arrays.equals(in.readNBytes(STEP), step)) {
                    return false;
                }
            }
            return in.read() < 0;
        }
    }

    private byte[] content(int length) {
        byte[] content = new byte[length];
        new Random(trial.place().hashCode()).nextBytes(content);
        return content;
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // it stays in a directory for what may be deleted
        }
    }
}
