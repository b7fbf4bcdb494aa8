package dev.tidemark.etcd.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrivateKeyPemTest {
    /** openssl ecparam -name prime256v1 -genkey: made for this test, used nowhere. */
    private static final String SEC1 =
            """
            -----BEGIN EC PARAMETERS-----
            BggqhkjOPQMBBw==
            -----END EC PARAMETERS-----
            -----BEGIN EC PRIVATE KEY-----
            MHcCAQEEIN+zvlY6apxmygW8VHp3jwRx9vSyLznecpC0h0NdDQI3oAoGCCqGSM49
            AwEHoUQDQgAEs1NUQf4Q9h+5cAGeS+iS8fWxltEmeb7wgQ5mMpgolErFvXv7r/lL
            R2IxxGPO7vx+RM7TLlZ69fiAI6O84whxEQ==
            -----END EC PRIVATE KEY-----
            """;

    /** openssl pkey on the same key. */
    private static final String SEC1_AS_PKCS8 =
            """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg37O+VjpqnGbKBbxU
            enePBHH29LIvOd5ykLSHQ10NAjehRANCAASzU1RB/hD2H7lwAZ5L6JLx9bGW0SZ5
            vvCBDmYymCiUSsW9e/uv+UtHYjHEY87u/H5EztMuVnr1+IAjo7zjCHER
            -----END PRIVATE KEY-----
            """;

    @Test
    void readsARsaKeyOfPkcs1() throws GeneralSecurityException {
        PrivateKey key = rsa();
        // in front of the PKCS#1 structure: header 4, version 3, algorithm 15, octet string's header 4
        byte[] pkcs1 = Arrays.copyOfRange(key.getEncoded(), 26, key.getEncoded().length);

        assertThat(PrivateKeyPem.read(pem("RSA PRIVATE KEY", pkcs1))).isEqualTo(key);
    }

    @ParameterizedTest
    @ValueSource(strings = {"secp256r1", "secp384r1", "secp521r1"})
    void readsEveryFormOfAnEcKey(String curve) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        PrivateKey key = generator.generateKeyPair().getPrivate();

        assertThat(PrivateKeyPem.read(pem("PRIVATE KEY", key.getEncoded()))).isEqualTo(key);
    }

    @Test
    void readsAnEcKeyOfSec1WithAndWithoutItsParameters() throws GeneralSecurityException {
        ECPrivateKey key = (ECPrivateKey) PrivateKeyPem.read(SEC1_AS_PKCS8);

        for (String sec1 : List.of(SEC1, SEC1.substring(SEC1.indexOf("-----BEGIN EC PRIVATE")))) {
            ECPrivateKey read = (ECPrivateKey) PrivateKeyPem.read(sec1);
            assertThat(read.getS()).isEqualTo(key.getS());
            assertThat(read.getParams()).isEqualTo(key.getParams());
        }
    }

    @Test
    void readsTheKeyBesideItsCertificate() throws GeneralSecurityException {
        PrivateKey key = rsa();
        String both =
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" + pem("PRIVATE KEY", key.getEncoded());

        assertThat(PrivateKeyPem.read(both)).isEqualTo(key);
    }

    @Test
    void halfAKeyIsRefusedWithoutShowingIt() throws GeneralSecurityException {
        for (String whole : new String[] {pem("PRIVATE KEY", rsa().getEncoded()), SEC1}) {
            String half = whole.substring(0, whole.length() * 2 / 3);
            String mended = half + "\n" + whole.substring(whole.lastIndexOf("-----END"));
            for (String broken : new String[] {"", half, mended}) {
                assertThatThrownBy(() -> PrivateKeyPem.read(broken))
                        .isInstanceOf(GeneralSecurityException.class)
                        .hasMessageMatching("it holds no whole .*key");
            }
        }
    }

    @Test
    void anEncryptedKeyIsNamedAsSuch() {
        assertThatThrownBy(() -> PrivateKeyPem.read(pem("ENCRYPTED PRIVATE KEY", new byte[100])))
                .hasMessageContaining("encrypted");
    }

    private static PrivateKey rsa() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return generator.generateKeyPair().getPrivate();
    }

    private static String pem(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label
                + "-----\n";
    }
}
