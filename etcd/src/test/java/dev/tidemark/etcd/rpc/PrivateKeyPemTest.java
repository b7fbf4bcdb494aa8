package dev.tidemark.etcd.rpc;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class PrivateKeyPemTest {
    @Test
    void wrapsARsaKeyOfPkcs1() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        byte[] pkcs8 = generator.generateKeyPair().getPrivate().getEncoded();
        // in front of the PKCS#1 structure: header 4, version 3, algorithm 15, octet string's header 4
        byte[] pkcs1 = Arrays.copyOfRange(pkcs8, 26, pkcs8.length);
        String pem = "-----BEGIN RSA PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(pkcs1) + "\n-----END RSA PRIVATE KEY-----\n";

        String wrapped = new String(PrivateKeyPem.pkcs8(pem), US_ASCII);
        assertThat(wrapped).startsWith("-----BEGIN PRIVATE KEY-----\n");
        String body = wrapped.replaceAll("-----[A-Z ]+-----", "");
        assertThat(Base64.getMimeDecoder().decode(body)).isEqualTo(pkcs8);
    }

    @Test
    void leavesPkcs8Alone() {
        String pem = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        assertThat(PrivateKeyPem.pkcs8(pem)).isEqualTo(pem.getBytes(US_ASCII));
    }
}
