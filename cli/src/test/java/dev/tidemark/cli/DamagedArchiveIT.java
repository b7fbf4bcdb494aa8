package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DamagedArchiveIT {
    private static SmallArchive whole;

    @TempDir
    Path dir;

    private SmallArchive copy;
    private Path output;

    @BeforeAll
    static void build() {
        whole = SmallArchive.shared();
    }

    @BeforeEach
    void copy() throws IOException {
        copy = whole.copyTo(dir.resolve("archive"));
        output = Files.createDirectory(dir.resolve("output"));
    }

    @Test
    void aFlippedBitInEveryKindOfObjectThatIsReadIsRefusedByName() throws IOException {
        String good = sha256(restore());
        Set<String> refused = new TreeSet<>();
        Set<String> seen = new TreeSet<>();
        Random random = new Random(11);
        for (String object : copy.objects()) {
            seen.add(kind(object));
            Path file = copy.directory().resolve(object);
            byte[] bytes = Files.readAllBytes(file);
            for (int at : new int[] {0, 4, bytes.length / 2, random.nextInt(bytes.length), bytes.length - 1}) {
                bytes[at] ^= 1;
                Files.write(file, bytes);
                if (isRefused(object, at, good)) {
                    refused.add(kind(object));
                }
                bytes[at] ^= 1;
            }
            Files.write(file, bytes);
        }
        assertThat(refused).contains("header", "base", "checkpoint", "avro", "idx", "side.avro");
        assertThat(seen).as("kinds of objects that nobody knows").isSubsetOf(KINDS);
    }

    private static final List<String> KINDS = List.of(
            "header",
            "base",
            "checkpoint",
            "avro",
            "idx",
            "side.avro",
            "live",
            "livec",
            "descriptor",
            "schema",
            "claim");

    /** Bytes that a restore does not read are not its business; whatever it does read must be right. */
    private boolean isRefused(String object, int at, String good) {
        Invocation run = restore();
        if (run.code() == 0) {
            assertThat(sha256(run)).as(object + " at " + at).isEqualTo(good);
            return false;
        }
        assertThat(run.assertFailed(4).err()).as("byte " + at).contains(object);
        assertThat(output).isEmptyDirectory();
        return true;
    }

    private static String kind(String object) {
        String[] parts = object.split("/", -1);
        String last = parts[parts.length - 1];
        return switch (parts[parts[0].equals("_claims") ? 0 : 1]) {
            case "_claims" -> "claim";
            case "g" -> "header";
            case "s" -> "schema";
            case "m" -> parts[3].equals("base") ? "base" : "checkpoint";
            case "d" ->
                last.equals("base")
                        ? "descriptor"
                        : last.equals("side.avro") ? last : last.substring(last.indexOf('.') + 1);
            default -> object;
        };
    }

    @Test
    void anEnvelopeOfAnUnknownVersionIsRefusedByName() throws IOException {
        for (String kind : List.of("header", "base", "checkpoint")) {
            String object = newest(kind);
            change(object, 4, 2);
            assertThat(restore().assertFailed(4).err()).contains(object).contains("version 2");
            assertThat(copy.run("info").assertFailed(4).err()).contains(object);
            change(object, 4, 1);
        }
    }

    @Test
    void aSegmentOfAnUnknownFormatIsRefusedByName() throws IOException {
        String segment = newest("avro");
        byte[] bytes = Files.readAllBytes(copy.directory().resolve(segment));
        int key = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("tidemark.format");
        int value = key + "tidemark.format".length() + 1;
        assertThat(bytes[value]).isEqualTo((byte) '1');
        change(segment, value, '2');
        assertThat(restore().assertFailed(4).err()).contains(segment);
        assertThat(output).isEmptyDirectory();
    }

    @Test
    void anIndexOfAnUnknownVersionIsRefusedByName() throws IOException {
        String index = newest("idx");
        change(index, 4, 2);
        assertThat(restore().assertFailed(4).err()).contains(index);
        assertThat(output).isEmptyDirectory();
    }

    @Test
    void aMissingObjectIsNamed() throws IOException {
        for (String kind : List.of("avro", "idx", "side.avro")) {
            String object = newest(kind);
            Path file = copy.directory().resolve(object);
            byte[] bytes = Files.readAllBytes(file);
            Files.delete(file);
            assertThat(restore().assertFailed(4).err()).contains(object);
            assertThat(output).isEmptyDirectory();
            Files.write(file, bytes);
        }
    }

    @Test
    void aDamagedSegmentDoesNotReachStdoutOfGet() throws IOException {
        for (String object : copy.objects()) {
            if (kind(object).equals("idx")) {
                change(object, 0, 'X');
            }
        }
        copy.run("get", SmallArchive.KEY, "--at", "before-delete:" + SmallArchive.KEY)
                .assertFailed(4);
    }

    private Invocation restore() {
        return copy.run(
                "restore",
                "--to",
                String.valueOf(copy.latest()),
                "-o",
                output.resolve("r.db").toString(),
                "--json");
    }

    private String sha256(Invocation run) {
        String sum = run.json().at("/output/sha256").asText();
        try {
            Files.delete(output.resolve("r.db"));
        } catch (IOException e) {
            throw new AssertionError("the restore left no file", e);
        }
        return sum;
    }

    /** The newest of its kind: what every restore of the latest revision reads. */
    private String newest(String kind) {
        List<String> all = copy.objects().stream()
                .filter(object -> kind(object).equals(kind))
                .toList();
        return kind.equals("avro") || kind.equals("idx") ? all.get(all.size() - 1) : all.get(0);
    }

    private void change(String object, int at, int value) throws IOException {
        Path file = copy.directory().resolve(object);
        byte[] bytes = Files.readAllBytes(file);
        bytes[at] = (byte) value;
        Files.write(file, bytes);
    }
}
