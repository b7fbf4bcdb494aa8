package dev.tidemark.etcd.rpc;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a private key in any of the three forms that are usual beside etcd: PKCS#8, the one that Java knows, PKCS#1 as
 * kubeadm writes RSA keys, and SEC1 as openssl writes EC keys. What it throws never holds a part of the key.
 */
final class PrivateKeyPem {
    private static final HexFormat HEX = HexFormat.of();
    /** version 0 */
    private static final byte[] VERSION = HEX.parseHex("020100");
    /** the algorithm: rsaEncryption without parameters */
    private static final byte[] RSA = HEX.parseHex("300d06092a864886f70d0101010500");
    /** id-ecPublicKey; the curve follows as its parameter */
    private static final byte[] EC = HEX.parseHex("06072a8648ce3d0201");

    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");
    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;
    private static final int OBJECT_IDENTIFIER = 0x06;
    private static final int CURVE = 0xa0;

    private PrivateKeyPem() {}

    /**
     * Reads the first private key of a PEM file; whatever else stands there is passed over.
     *
     * @throws GeneralSecurityException if there is none that can be read, in words for an operator
     */
    static PrivateKey read(String pem) throws GeneralSecurityException {
        if (pem.contains("BEGIN ENCRYPTED PRIVATE KEY") || pem.contains("Proc-Type: 4,ENCRYPTED")) {
            throw new InvalidKeySpecException(
                    "the key is encrypted; etcd's own tools need it without a passphrase as well");
        }
        byte[] pkcs8 = block(pem, "PRIVATE KEY")
                .or(() -> block(pem, "RSA PRIVATE KEY").map(PrivateKeyPem::fromPkcs1))
                .or(() -> block(pem, "EC PRIVATE KEY").map(sec1 -> fromSec1(sec1, block(pem, "EC PARAMETERS"))))
                .orElseThrow(() -> new InvalidKeySpecException("it holds no whole private key"));
        return ALGORITHMS.stream()
                .flatMap(algorithm -> read(algorithm, pkcs8).stream())
                .findFirst()
                .orElseThrow(() -> new InvalidKeySpecException("it holds no whole RSA, EC or Ed25519 key"));
    }

    private static Optional<PrivateKey> read(String algorithm, byte[] pkcs8) {
        try {
            return Optional.of(KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8)));
        } catch (InvalidKeySpecException otherAlgorithm) {
            return Optional.empty();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + algorithm, e);
        }
    }

    private static Optional<byte[]> block(String pem, String label) {
        Matcher block = Pattern.compile("-----BEGIN " + label + "-----(.+?)-----END " + label + "-----", Pattern.DOTALL)
                .matcher(pem);
        try {
            return block.find() ? Optional.of(Base64.getMimeDecoder().decode(block.group(1))) : Optional.empty();
        } catch (IllegalArgumentException cutOff) {
            return Optional.empty();
        }
    }

    private static byte[] fromPkcs1(byte[] pkcs1) {
        return der(SEQUENCE, VERSION, RSA, der(OCTET_STRING, pkcs1));
    }

    /** The curve stands in the key itself or in the block before it; a key that tells none is given back as it is. */
    private static byte[] fromSec1(byte[] sec1, Optional<byte[]> parameters) {
        try {
            byte[] curve = parameters.isPresent() ? parameters.get() : curve(sec1);
            return der(SEQUENCE, VERSION, der(SEQUENCE, EC, curve), der(OCTET_STRING, sec1));
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            // half a key: the factory refuses it
            return sec1;
        }
    }

    /** ECPrivateKey: a sequence of a version, the key, [0] the curve and [1] the public key. */
    private static byte[] curve(byte[] sec1) {
        int end = sec1.length;
        int at = contents(sec1, 0);
        while (at < end) {
            int contents = contents(sec1, at);
            if ((sec1[at] & 0xff) == CURVE && sec1[contents] == OBJECT_IDENTIFIER) {
                return Arrays.copyOfRange(sec1, contents, contents + length(sec1, at));
            }
            at = contents + length(sec1, at);
        }
        throw new IllegalArgumentException("no curve");
    }

    private static int contents(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
    }

    private static int length(byte[] der, int at) {
        int length = 0;
        int contents = contents(der, at);
        if (contents == at + 2) {
            return der[at + 1] & 0xff;
        }
        for (int i = at + 2; i < contents; i++) {
            length = (length << 8) | (der[i] & 0xff);
        }
        if (length < 0) {
            throw new IllegalArgumentException("no length");
        }
        return length;
    }

    private static byte[] der(int tag, byte[]... contents) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (byte[] content : contents) {
            body.writeBytes(content);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (body.size() < 0x80) {
            out.write(body.size());
        } else {
            int lengthBytes = (Integer.SIZE - Integer.numberOfLeadingZeros(body.size()) + 7) / 8;
            out.write(0x80 | lengthBytes);
            for (int i = lengthBytes - 1; i >= 0; i--) {
                out.write(body.size() >>> (8 * i));
            }
        }
        out.writeBytes(body.toByteArray());
        return out.toByteArray();
    }
}
