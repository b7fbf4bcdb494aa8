package dev.tidemark.sandbox;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How an etcd's clients reach it by TLS. What the members say to each other stays plain.
 *
 * @param authority whom the clients trust, and whose clients the server trusts
 * @param server what the server shows
 * @param client what the sandbox's own etcdctl shows; if present, the server demands a certificate of every client
 */
public record EtcdTls(Path authority, PemFiles server, Optional<PemFiles> client) {
    /** Only the server shows a certificate. */
    public static EtcdTls oneWay(Certificates certificates) {
        return new EtcdTls(certificates.authorityFile(), certificates.server("server"), Optional.empty());
    }

    /** Clients have to show one too; etcdctl's names the user root. */
    public static EtcdTls mutual(Certificates certificates) {
        return new EtcdTls(
                certificates.authorityFile(),
                certificates.server("server"),
                Optional.of(certificates.client("root", Certificates.KeyForm.PKCS8)));
    }

    List<String> serverFlags() {
        List<String> flags =
                new ArrayList<>(List.of("--cert-file=" + server.certificate(), "--key-file=" + server.key()));
        if (client.isPresent()) {
            flags.addAll(List.of("--trusted-ca-file=" + authority, "--client-cert-auth"));
        }
        return flags;
    }

    List<String> etcdctlFlags() {
        List<String> flags = new ArrayList<>(List.of("--cacert=" + authority));
        client.ifPresent(shown -> flags.addAll(List.of("--cert=" + shown.certificate(), "--key=" + shown.key())));
        return flags;
    }
}
