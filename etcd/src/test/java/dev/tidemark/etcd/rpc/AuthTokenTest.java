package dev.tidemark.etcd.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AuthTokenTest {
    private static final EtcdSettings WITH_USER =
            FakeMember.SETTINGS.withCredentials(new EtcdCredentials("user", "secret"));

    private final FakeMember member = new FakeMember();

    @AfterEach
    void close() {
        member.close();
    }

    @Test
    void isFetchedOnceAndAgainOnlyAfterARefusal() {
        try (EtcdClient client = member.client(WITH_USER)) {
            assertThat(client.status().version()).endsWith("+1");
            assertThat(client.status().version()).endsWith("+1");
            member.firstGoodToken.set(2);
            assertThat(client.status().version()).endsWith("+2");
        }
    }

    @Test
    void aRefusalOfTheNewOneTooIsACredentialsError() {
        member.firstGoodToken.set(99);
        try (EtcdClient client = member.client(WITH_USER)) {
            assertThat(catchThrowableOfType(EtcdException.Credentials.class, client::status))
                    .hasMessageContaining("http://fake:2379");
            assertThat(member.tokens).hasValue(2);
        }
    }

    @Test
    void withoutAUserNoneIsSent() {
        try (EtcdClient client = member.client()) {
            assertThat(client.status().version()).endsWith("+null");
            assertThat(member.tokens).hasValue(0);
        }
    }

    @Test
    void aMemberThatIsTooOldToTellTheStateOfAuthTellsNothing() {
        try (EtcdClient client = member.client(WITH_USER)) {
            assertThat(client.authRevision()).isEmpty();
        }
    }

    @Test
    void eachCallIsMadeAsTheUserWithTheRightsForIt() {
        EtcdUsers users = new EtcdUsers(
                Optional.of(new EtcdCredentials("watch", "one")), Optional.of(new EtcdCredentials("admin", "two")));
        try (EtcdClient client = member.client(FakeMember.SETTINGS.withUsers(users))) {
            client.status();
            client.authRevision();
            assertThat(member.users).containsExactly("watch", "admin");
        }
    }

    @Test
    void theOneUserThatIsGivenDoesEverythingWithOneToken() {
        EtcdUsers users = new EtcdUsers(Optional.empty(), Optional.of(new EtcdCredentials("admin", "two")));
        try (EtcdClient client = member.client(FakeMember.SETTINGS.withUsers(users))) {
            client.status();
            client.authRevision();
            assertThat(member.users).containsExactly("admin");
        }
    }

    @Test
    void thePasswordIsNeverPrinted() {
        assertThat(WITH_USER.toString()).contains("user").doesNotContain("secret");
    }
}
