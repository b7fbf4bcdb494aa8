package dev.tidemark.etcd.rpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidemark.etcd.rpc.EtcdException.Credentials;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class UsersIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final byte[] KEY = "key".getBytes(UTF_8);
    private static final EtcdCredentials WATCH = new EtcdCredentials("tidemark-watch", "watches");
    private static final EtcdCredentials ADMIN = new EtcdCredentials("tidemark-admin", "administers");

    @TempDir
    Path directory;

    @ParameterizedTest
    @MethodSource("dev.tidemark.sandbox.EtcdVersion#available")
    void twoUsersWithTheRolesOfTheDocumentationSufficeForEverything(EtcdVersion version) {
        try (EtcdServer etcd = EtcdServer.launch(version);
                Source source = new Source(etcd.endpoint())) {
            long lease = source.grant(600);
            long main = source.put("leased", KEY, lease);
            asDocumented(etcd);
            EtcdSettings settings =
                    EtcdSettings.of(etcd.endpoint()).withUsers(new EtcdUsers(Optional.of(WATCH), Optional.of(ADMIN)));
            try (EtcdClient client = EtcdClient.open(settings)) {
                assertThat(client.linearizable().revision()).isEqualTo(main);
                assertThat(client.isCompacted(main)).isFalse();
                assertThat(client.leaseTtl(lease).ttlSeconds()).isEqualTo(600);
                assertThat(client.members()).hasSize(1);
                assertThat(client.status().version()).isEqualTo(version.number());
                assertThat(client.hashKv(main).hash()).isPositive();
                assertThat(client.authRevision()).isNotNull();
                assertThat(client.snapshotTo(directory.resolve("snapshot.db"), Duration.ZERO)
                                .bytes())
                        .isPositive();
                try (EtcdWatch watch = client.watch(main)) {
                    assertThat(watch.next(PATIENCE)).isInstanceOf(WatchSignal.Created.class);
                    assertThat(watch.next(PATIENCE)).isInstanceOf(WatchSignal.Revisions.class);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.tidemark.sandbox.EtcdVersion#available")
    void whoMayOnlyReadWatchesButTakesNoSnapshot(EtcdVersion version) {
        try (EtcdServer etcd = EtcdServer.launch(version)) {
            etcd.etcdctl("put", "key", "value");
            asDocumented(etcd);
            EtcdSettings settings =
                    EtcdSettings.of(etcd.endpoint()).withUsers(new EtcdUsers(Optional.of(WATCH), Optional.empty()));
            try (EtcdClient client = EtcdClient.open(settings)) {
                try (EtcdWatch watch = client.watch(1)) {
                    assertThat(watch.next(PATIENCE)).isInstanceOf(WatchSignal.Created.class);
                    assertThat(watch.next(PATIENCE)).isInstanceOf(WatchSignal.Revisions.class);
                }
                Path file = directory.resolve("snapshot.db");
                Credentials refused =
                        catchThrowableOfType(Credentials.class, () -> client.snapshotTo(file, Duration.ZERO));
                assertThat(refused.hint()).contains("etcd.admin.username").contains("root");
                assertThat(file).doesNotExist();
                assertThat(catchThrowableOfType(Credentials.class, () -> client.hashKv(2)))
                        .isNotNull();
            }
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aSimpleTokenThatExpiredIsReplacedWhileTheWatchGoesOn() {
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6, "--auth-token-ttl=1")) {
            goesOnWithoutItsToken(etcd, open -> nothingFor(open, 4));
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aJwtThatDiesAtAChangeOfAuthIsReplacedWhileTheWatchGoesOn() throws Exception {
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6, "--auth-token=" + jwt("5m"))) {
            goesOnWithoutItsToken(etcd, open -> root(etcd, "user", "add", "another" + System.nanoTime() + ":another"));
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aJwtThatExpiredIsReplacedWhileTheWatchGoesOn() throws Exception {
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6, "--auth-token=" + jwt("1s"))) {
            goesOnWithoutItsToken(etcd, open -> nothingFor(open, 3));
        }
    }

    private static void goesOnWithoutItsToken(EtcdServer etcd, Consumer<EtcdWatch> tokenDies) {
        asDocumented(etcd);
        EtcdSettings settings =
                EtcdSettings.of(etcd.endpoint()).withUsers(new EtcdUsers(Optional.of(WATCH), Optional.of(ADMIN)));
        try (EtcdClient client = EtcdClient.open(settings);
                EtcdWatch open = client.watch(1)) {
            assertThat(open.next(PATIENCE)).isInstanceOf(WatchSignal.Created.class);
            long first = client.put(KEY, KEY);
            assertThat(((WatchSignal.Revisions) open.next(PATIENCE)).last()).isEqualTo(first);
            tokenDies.accept(open);
            long second = client.put(KEY, KEY);
            assertThat(((WatchSignal.Revisions) open.next(PATIENCE)).last()).isEqualTo(second);
            tokenDies.accept(open);
            try (EtcdWatch again = accepted(client, second)) {
                assertThat(((WatchSignal.Revisions) again.next(PATIENCE)).first())
                        .isEqualTo(second);
            }
        }
    }

    /** Only the watch itself finds out that a JWT is older than the last change of auth: the second one has a new token. */
    private static EtcdWatch accepted(EtcdClient client, long start) {
        EtcdWatch first = client.watch(start);
        WatchSignal signal = first.next(PATIENCE);
        if (signal instanceof WatchSignal.Created) {
            return first;
        }
        assertThat(((WatchSignal.Refused) signal).why()).isEqualTo(WatchSignal.Refused.Why.TOKEN);
        first.close();
        EtcdWatch second = client.watch(start);
        assertThat(second.next(PATIENCE)).isInstanceOf(WatchSignal.Created.class);
        return second;
    }

    /** The commands of docs/etcd-access.md. */
    private static void asDocumented(EtcdServer etcd) {
        etcd.etcdctl("user", "add", "root:secret");
        etcd.etcdctl("user", "grant-role", "root", "root");
        etcd.etcdctl("role", "add", "tidemark-watch");
        etcd.etcdctl("role", "grant-permission", "tidemark-watch", "read", "", "--from-key");
        etcd.etcdctl("user", "add", "tidemark-watch:" + WATCH.password());
        etcd.etcdctl("user", "grant-role", "tidemark-watch", "tidemark-watch");
        etcd.etcdctl("user", "add", "tidemark-admin:" + ADMIN.password());
        etcd.etcdctl("user", "grant-role", "tidemark-admin", "root");
        etcd.etcdctl("auth", "enable");
    }

    private static void nothingFor(EtcdWatch open, int seconds) {
        assertThat(open.next(Duration.ofSeconds(seconds))).isInstanceOf(WatchSignal.Idle.class);
    }

    private static void root(EtcdServer etcd, String... arguments) {
        String[] words = new String[arguments.length + 1];
        words[0] = "--user=root:secret";
        System.arraycopy(arguments, 0, words, 1, arguments.length);
        etcd.etcdctl(words);
    }

    private String jwt(String ttl) throws GeneralSecurityException, IOException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair pair = generator.generateKeyPair();
        Path priv = pem("PRIVATE KEY", pair.getPrivate());
        Path pub = pem("PUBLIC KEY", pair.getPublic());
        return "jwt,pub-key=" + pub + ",priv-key=" + priv + ",sign-method=RS256,ttl=" + ttl;
    }

    private Path pem(String label, Key key) throws IOException {
        return Files.writeString(
                directory.resolve(label.replace(' ', '-') + ".pem"),
                "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(key.getEncoded())
                        + "\n-----END " + label + "-----\n");
    }
}
