package dev.tidemark.cli.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsLoaderTest {
    @TempDir
    Path dir;

    @Test
    void theCommandLineOverridesTheEnvironmentWhichOverridesTheFile() throws IOException {
        Path file = Files.writeString(
                dir.resolve("t.properties"), "cluster.name=file\ntopic.partition=1\ncheckpoint.interval=1m\n");
        SettingsLoader loader =
                new SettingsLoader(Map.of("TIDEMARK_CLUSTER_NAME", "env", "TIDEMARK_TOPIC_PARTITION", "2"));

        Settings settings = loader.load(file, List.of("cluster.name=line"));

        assertThat(settings.get(Known.CLUSTER_NAME)).isEqualTo("line");
        assertThat(settings.get(Known.TOPIC_PARTITION)).isEqualTo(2);
        assertThat(settings.get(Known.CHECKPOINT_INTERVAL)).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void yamlMayNestKeysAndList() throws IOException {
        Path file = Files.writeString(
                dir.resolve("t.yaml"),
                "cluster:\n  name: prod\netcd.endpoints: [https://a:2379, b:2379]\nkafka:\n  acks: all\n");

        Settings settings = new SettingsLoader(Map.of()).load(file, List.of());

        assertThat(settings.get(Known.CLUSTER_NAME)).isEqualTo("prod");
        assertThat(settings.get(Known.ETCD_ENDPOINTS)).containsExactly("https://a:2379", "http://b:2379");
        assertThat(settings.behind("kafka.")).containsExactly(Map.entry("acks", "all"));
    }

    @Test
    void anUnknownSettingIsRefusedWithTheNearestKnownName() {
        assertThatThrownBy(() -> new SettingsLoader(Map.of()).load(null, List.of("etcd.endpoint=x")))
                .isInstanceOfSatisfying(SettingsException.class, e -> {
                    assertThat(e).hasMessage("unknown setting etcd.endpoint");
                    assertThat(e.hint()).contains("etcd.endpoints");
                    assertThat(e.failure()).isEqualTo(Failure.USAGE);
                });
    }

    @Test
    void anUnknownVariableOfTheEnvironmentIsRefusedToo() {
        assertThatThrownBy(() -> new SettingsLoader(Map.of("TIDEMARK_CLUSTR_NAME", "x")).load(null, List.of()))
                .isInstanceOfSatisfying(SettingsException.class, e -> {
                    assertThat(e).hasMessageContaining("TIDEMARK_CLUSTR_NAME").hasMessageContaining("clustr.name");
                    assertThat(e.hint()).contains("TIDEMARK_CLUSTER_NAME");
                });
    }

    @Test
    void aSecretIsReadFromItsFileAndNeverShownInAnError() throws IOException {
        Path secret = Files.writeString(dir.resolve("pw"), "s3cr3t\n");
        Settings settings = Settings.of(Map.of("etcd.password.file", secret.toString()));

        assertThat(settings.get(Known.ETCD_PASSWORD)).isEqualTo("s3cr3t");
        assertThatThrownBy(() ->
                        Settings.of(Map.of("etcd.password.file", dir + "/none")).get(Known.ETCD_PASSWORD))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("/none");
    }

    @Test
    void aPassThroughPasswordMayStandInAFile() throws IOException {
        Path secret = Files.writeString(dir.resolve("pw"), "hidden\n");
        Settings settings = Settings.of(Map.of("kafka.ssl.key.password.file", secret.toString()));

        assertThat(settings.behind("kafka.")).containsExactly(Map.entry("ssl.key.password", "hidden"));
    }

    @Test
    void anInvalidValueSaysWhatIsExpected() {
        assertThatThrownBy(() -> Settings.of(Map.of("checkpoint.interval", "half an hour")))
                .isInstanceOfSatisfying(SettingsException.class, e -> {
                    assertThat(e).hasMessageContaining("checkpoint.interval").hasMessageContaining("half an hour");
                    assertThat(e.hint()).contains("such as 30s");
                });
    }

    @Test
    void aMissingSettingSaysTheThreeWaysToGiveIt() {
        assertThatThrownBy(() -> Settings.of(Map.of()).get(Known.ARCHIVE_URI))
                .isInstanceOfSatisfying(SettingsException.class, e -> assertThat(e.hint())
                        .contains("--set archive.uri=", "--config", "TIDEMARK_ARCHIVE_URI"));
    }
}
