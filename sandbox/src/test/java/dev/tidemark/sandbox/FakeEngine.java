package dev.tidemark.sandbox;

import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An engine that holds images of shell scripts; without any it behaves as on a machine without Docker. */
final class FakeEngine implements ContainerEngine {
    private final Map<String, Map<String, String>> images = new HashMap<>();
    private int asked;

    /** Puts a script into an image, which is there from then on. */
    FakeEngine with(String image, String file, String script) {
        images.computeIfAbsent(image, none -> new HashMap<>()).put(file, "#!/bin/sh\n" + script + "\n");
        return this;
    }

    /** How many copies it was asked for. */
    int asked() {
        return asked;
    }

    @Override
    public void copy(String image, List<String> files, Path target) throws IOException {
        asked++;
        if (images.isEmpty()) {
            throw unavailable("no Docker engine answers");
        }
        if (!images.containsKey(image)) {
            throw unavailable("it cannot be pulled");
        }
        for (String file : files) {
            String script = images.get(image).get(file);
            if (script == null) {
                throw unavailable(file + " is no plain file in the image");
            }
            Path copied = Files.writeString(target.resolve(Path.of(file).getFileName()), script);
            Files.setPosixFilePermissions(copied, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    private static SandboxException unavailable(String why) {
        return new SandboxException(Failure.UNAVAILABLE, why, "");
    }
}
