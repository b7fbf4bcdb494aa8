package dev.tidemark.cli.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClustersTest {
    private static final Map<String, String> TWO = Map.of(
            "clusters", "prod, stage.eu",
            "clusters.prod.etcd.endpoints", "a:2379",
            "clusters.stage.eu.etcd.endpoints", "b:2379",
            "clusters.stage.eu.topic.partition", "1",
            "etcd.username", "tidemark",
            "etcd.password", "for all",
            "archive.uri", "file:///a");

    @TempDir
    Path dir;

    private static Settings two(String... others) {
        Map<String, String> texts = new TreeMap<>(TWO);
        for (int i = 0; i < others.length; i += 2) {
            texts.put(others[i], others[i + 1]);
        }
        return Settings.of(texts);
    }

    private static void refused(String message, String hint, Map<String, String> texts) {
        assertThatThrownBy(() -> Settings.of(texts)).isInstanceOfSatisfying(SettingsException.class, e -> {
            assertThat(e).hasMessageContaining(message);
            assertThat(e.hint()).contains(hint);
            assertThat(e.failure()).isEqualTo(Failure.USAGE);
        });
    }

    private static void refused(String message, String hint, String... others) {
        Map<String, String> texts = new TreeMap<>(TWO);
        for (int i = 0; i < others.length; i += 2) {
            texts.put(others[i], others[i + 1]);
        }
        refused(message, hint, texts);
    }

    @Test
    void eachClusterHasWhatIsMeantForItAndWhatIsMeantForAll() {
        Settings prod = two().cluster("prod");
        Settings stage = two("clusters.stage.eu.etcd.username", "other").cluster("stage.eu");

        assertThat(two().clusters()).containsExactly("prod", "stage.eu");
        assertThat(prod.clusters()).containsExactly("prod");
        assertThat(prod.get(Known.CLUSTER_NAME)).isEqualTo("prod");
        assertThat(prod.get(Known.ETCD_ENDPOINTS)).containsExactly("http://a:2379");
        assertThat(prod.get(Known.TOPIC_PARTITION)).isZero();
        assertThat(prod.get(Known.ETCD_USERNAME)).isEqualTo("tidemark");
        assertThat(stage.get(Known.TOPIC_PARTITION)).isEqualTo(1);
        assertThat(stage.get(Known.ETCD_USERNAME)).isEqualTo("other");
        assertThat(stage.get(Known.ARCHIVE_URI)).hasToString("file:///a");
    }

    @Test
    void aPasswordForAllDoesNotHideTheFileOfOnesOwn() throws IOException {
        Path secret = Files.writeString(dir.resolve("pw"), "its own\n");
        Settings both = two("clusters.prod.etcd.password.file", secret.toString());

        assertThat(both.cluster("prod").get(Known.ETCD_PASSWORD)).isEqualTo("its own");
        assertThat(both.cluster("stage.eu").get(Known.ETCD_PASSWORD)).isEqualTo("for all");
    }

    @Test
    void withoutClustersThereIsTheOneOfClusterName() {
        Settings one = Settings.of(Map.of("cluster.name", "prod"));

        assertThat(one.clusters()).containsExactly("prod");
        assertThat(one.onlyCluster().get(Known.CLUSTER_NAME)).isEqualTo("prod");
        assertThat(one.cluster("prod").get(Known.CLUSTER_NAME)).isEqualTo("prod");
        assertThatThrownBy(() -> one.cluster("stage")).hasMessage("no cluster stage is configured, but prod");
        assertThat(Settings.of(Map.of()).cluster("stage").clusters()).containsExactly("stage");
        assertThat(Settings.of(Map.of("clusters", "solo")).onlyCluster().get(Known.CLUSTER_NAME))
                .isEqualTo("solo");
    }

    @Test
    void oneOfSeveralMustBePicked() {
        assertThatThrownBy(() -> two().onlyCluster()).isInstanceOfSatisfying(SettingsException.class, e -> {
            assertThat(e).hasMessage("2 clusters are configured: prod, stage.eu");
            assertThat(e.hint()).contains("--cluster NAME");
        });
        assertThatThrownBy(() -> two().get(Known.ETCD_ENDPOINTS)).hasMessageContaining("2 clusters are configured");
        assertThatThrownBy(() -> two().get(Known.CLUSTER_NAME)).hasMessageContaining("2 clusters are configured");
        assertThatThrownBy(() -> two().cluster("prd")).isInstanceOfSatisfying(SettingsException.class, e -> {
            assertThat(e).hasMessage("no cluster prd is configured, but prod, stage.eu");
            assertThat(e.hint()).contains("--cluster prod");
        });
    }

    @Test
    void whatNobodyWouldReadIsRefused() {
        refused(
                "unknown setting clusters.prod.etcd.endpoint",
                "clusters.prod.etcd.endpoints",
                "clusters.prod.etcd.endpoint",
                "c:1");
        refused("unknown setting clusters.prd.check.key", "clusters.prod.check.key", "clusters.prd.check.key", "/k");
        refused(
                "archive.uri is the same for all clusters",
                "set archive.uri",
                "clusters.prod.archive.uri",
                "file:///b");
        refused("kafka.acks is the same", "set kafka.acks", "clusters.prod.kafka.acks", "all");
        refused("cluster.name and clusters both", "--cluster NAME", "cluster.name", "prod");
        refused("no cluster is named", "clusters=NAME", Map.of("clusters.prod.etcd.endpoints", "a:1"));
    }

    @Test
    void aWrongValueIsNamedAsItWasWritten() {
        refused("clusters.prod.topic.partition has no valid value \"x\"", "", "clusters.prod.topic.partition", "x");
        refused("clusters has no valid value", "different", "clusters", "prod,prod");
        refused("clusters has no valid value", "letters", "clusters", "prod,");
    }

    @Test
    void twoClustersNeverShareAPartitionOrASource() {
        refused(
                "prod and stage.eu both have partition 1",
                "clusters.prod.topic.partition=..., clusters.stage.eu.topic.partition=...",
                "topic.partition",
                "1");
        refused(
                "prod and stage.eu both have the source http://a:2379",
                "clusters.stage.eu.etcd.endpoints=...",
                "clusters.stage.eu.etcd.endpoints",
                "b:2379,a:2379");
    }

    @Test
    void yamlNestsWhatIsSetForACluster() throws IOException {
        Path file = Files.writeString(
                dir.resolve("t.yaml"),
                """
                clusters: [prod, stage]
                clusters.prod:
                  etcd.endpoints: [https://a:2379, https://b:2379]
                clusters.stage:
                  etcd: {endpoints: "c:2379"}
                  topic: {partition: 1}
                """);
        Settings both = new SettingsLoader(Map.of()).load(file, List.of("clusters.stage.topic.partition=2"));

        assertThat(both.cluster("prod").get(Known.ETCD_ENDPOINTS)).hasSize(2);
        assertThat(both.cluster("stage").get(Known.TOPIC_PARTITION)).isEqualTo(2);
    }

    @Test
    void theEnvironmentIsReadByTheNamesThereAre() {
        Settings both = new SettingsLoader(Map.of(
                        "TIDEMARK_CLUSTERS", "prod,eu-1",
                        "TIDEMARK_CLUSTERS_PROD_ETCD_ENDPOINTS", "a:2379",
                        "TIDEMARK_CLUSTERS_EU_1_TOPIC_PARTITION", "1",
                        "TIDEMARK_CLUSTERS_EU_1_ETCD_PASSWORD_FILE", "/none"))
                .load(null, List.of("clusters.eu-1.topic.partition=3"));

        assertThat(both.cluster("prod").get(Known.ETCD_ENDPOINTS)).containsExactly("http://a:2379");
        assertThat(both.cluster("eu-1").get(Known.TOPIC_PARTITION)).isEqualTo(3);
        assertThatThrownBy(() -> both.cluster("eu-1").get(Known.ETCD_PASSWORD))
                .hasMessageContaining("/none of the setting clusters.eu-1.etcd.password.file");
    }

    @Test
    void aVariableThatMeansNothingOrTwoThingsIsRefused() {
        assertThatThrownBy(() -> environment("eu-1,eu.1", "TIDEMARK_CLUSTERS_EU_1_CHECK_KEY"))
                .hasMessageContaining("may mean clusters.eu-1.check.key or clusters.eu.1.check.key");
        assertThatThrownBy(() -> environment("prod", "TIDEMARK_CLUSTERS_PRD_CHECK_KEY"))
                .isInstanceOfSatisfying(SettingsException.class, e -> assertThat(e.hint())
                        .contains("did you mean TIDEMARK_CLUSTERS_PROD_CHECK_KEY?"));
        assertThatThrownBy(() ->
                        new SettingsLoader(Map.of("TIDEMARK_CLUSTERS_PROD_CHECK_KEY", "/k")).load(null, List.of()))
                .isInstanceOfSatisfying(
                        SettingsException.class, e -> assertThat(e.hint()).contains("TIDEMARK_CLUSTERS=NAME"));
    }

    private static Settings environment(String clusters, String variable) {
        return new SettingsLoader(Map.of(variable, "/k")).load(null, List.of("clusters=" + clusters));
    }
}
