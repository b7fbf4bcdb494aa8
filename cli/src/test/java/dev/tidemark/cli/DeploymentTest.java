package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.tidemark.cli.settings.Known;
import dev.tidemark.cli.settings.Settings;
import dev.tidemark.cli.settings.SettingsLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What docker-compose.yml promises: services that start as they are set, and tools that work when etcd does not. */
class DeploymentTest {
    private static final Path FILE = Path.of("..", "docker-compose.yml");
    private static final Pattern VERSION = Pattern.compile("<artifactId>tidemark</artifactId>\\s*<version>([^<]+)<");
    private static final Pattern COMMAND = Pattern.compile("docker compose run --rm tidemark (restore [^\\n]*)\\n");

    private JsonNode file;

    @BeforeEach
    void read() throws IOException {
        file = new YAMLMapper().readTree(FILE.toFile());
    }

    /** A service with what it merges. Aliases are read as their names, and the one of {@code x-name} is its name. */
    private ObjectNode merged(JsonNode node) {
        ObjectNode all = node.deepCopy();
        JsonNode alias = all.remove("<<");
        if (alias != null) {
            String name = alias.asText();
            JsonNode from = name.equals("settings") ? file.at("/x-tidemark/environment") : file.get("x-" + name);
            merged(from).properties().forEach(more -> all.putIfAbsent(more.getKey(), more.getValue()));
        }
        return all;
    }

    private ObjectNode service(String name) {
        return merged(file.at("/services/" + name));
    }

    private Settings settings(String service) {
        Map<String, String> environment = new TreeMap<>();
        merged(service(service).get("environment"))
                .properties()
                .forEach(variable ->
                        environment.put(variable.getKey(), variable.getValue().asText()));
        return new SettingsLoader(environment).load(null, List.of());
    }

    @Test
    void theToolsRunWhateverElseDoesAndLeaveTheirFilesOnTheHost() {
        JsonNode tools = service("tidemark");
        assertThat(tools.has("depends_on")).isFalse();
        assertThat(tools.at("/volumes/0").asText()).isEqualTo("./restored:/restored");
        assertThat(tools.get("working_dir").asText()).isEqualTo("/restored");
        for (String service : List.of("capture", "compactor")) {
            assertThat(service(service).at("/depends_on/etcd/condition").asText())
                    .as(service)
                    .isEqualTo("service_healthy");
        }
    }

    @Test
    void theRestoreCommandOfTheHeadIsOne() throws IOException {
        Matcher command = COMMAND.matcher(Files.readString(FILE));
        assertThat(command.find()).isTrue();
        assertThat(Tidemark.commandLine().parseArgs(command.group(1).split(" ")).subcommand())
                .isNotNull();
    }

    @Test
    void theImageIsNamedAfterTheVersionThatIsBuilt() throws IOException {
        Matcher version = VERSION.matcher(Files.readString(Path.of("..", "pom.xml")));
        assertThat(version.find()).isTrue();
        for (String service : List.of("capture", "compactor", "tidemark")) {
            assertThat(service(service).get("image").asText()).isEqualTo("tidemark/tidemark:" + version.group(1));
        }
    }

    @Test
    void whatTheServicesAreSetToIsKnownAndTheCompactorDrills() {
        for (String service : List.of("capture", "tidemark")) {
            assertThat(settings(service).get(Known.DRILL_INTERVAL)).as(service).isZero();
        }
        assertThat(settings("compactor").get(Known.DRILL_INTERVAL)).isPositive();
        assertThat(settings("compactor").clusters()).containsExactly("demo");
    }
}
