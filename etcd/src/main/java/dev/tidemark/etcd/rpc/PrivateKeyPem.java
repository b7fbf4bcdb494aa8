package dev.tidemark.etcd.rpc;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Brings a private key into PKCS#8, the one form that Java reads: kubeadm and cfssl write RSA keys as PKCS#1 and EC keys
 * as SEC 1.
 */
final class PrivateKeyPem {
    private static final Pattern PKCS1 =
            Pattern.compile("-----BEGIN RSA PRIVATE KEY-----(.+?)-----END RSA PRIVATE KEY-----", Pattern.DOTALL);
    private static final Pattern SEC1 =
            Pattern.compile("-----BEGIN EC PRIVATE KEY-----(.+?)-----END EC PRIVATE KEY-----", Pattern.DOTALL);
    private static final byte[] VERSION_0 = HexFormat.of().parseHex("020100");
    /** The algorithm rsaEncryption without parameters. */
    private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");
    /** The object identifier ecPublicKey; the curve follows it. */
    private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");

    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;
    /** The field of a SEC 1 key that names its curve. */
    private static final int CURVE = 0xA0;

    private PrivateKeyPem() {}

    /**
     * The key as a PKCS#8 PEM file, unchanged if it is in neither of the other forms.
     *
     * @throws IllegalArgumentException if it claims to be in one of them, but is not
     */
    static byte[] pkcs8(String pem) {
        Matcher pkcs1 = PKCS1.matcher(pem);
        if (pkcs1.find()) {
            return pem(RSA, decode(pkcs1));
        }
        Matcher sec1 = SEC1.matcher(pem);
        if (sec1.find()) {
            byte[] key = decode(sec1);
            return pem(der(SEQUENCE, EC, curve(key)), key);
        }
        return pem.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] decode(Matcher key) {
        return Base64.getMimeDecoder().decode(key.group(1));
    }

    private static byte[] pem(byte[] algorithm, byte[] key) {
        byte[] der = der(SEQUENCE, VERSION_0, algorithm, der(OCTET_STRING, key));
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return ("-----BEGIN PRIVATE KEY-----\n" + base64 + "\n-----END PRIVATE KEY-----\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** The object identifier of a SEC 1 key's curve: version, secret, then the curve as field 0. */
    private static byte[] curve(byte[] sec1) {
        ByteBuffer fields = contents(ByteBuffer.wrap(sec1), SEQUENCE);
        while (fields.hasRemaining()) {
            int tag = fields.get(fields.position()) & 0xFF;
            ByteBuffer field = contents(fields, tag);
            if (tag == CURVE) {
                byte[] curve = new byte[field.remaining()];
                field.get(curve);
                return curve;
            }
        }
        throw new IllegalArgumentException("the EC private key does not name its curve");
    }

    /** Takes the next value out of {@code from} and gives its contents. */
    private static ByteBuffer contents(ByteBuffer from, int tag) {
        if (from.remaining() < 2 || (from.get() & 0xFF) != tag) {
            throw new IllegalArgumentException("the private key is not what its first line says");
        }
        int length = from.get() & 0xFF;
        if (length >= 0x80) {
            int lengthBytes = length & 0x7F;
            length = 0;
            for (int i = 0; i < lengthBytes && from.hasRemaining(); i++) {
                length = length << 8 | (from.get() & 0xFF);
            }
        }
        if (length < 0 || length > from.remaining()) {
            throw new IllegalArgumentException("the private key is cut off");
        }
        ByteBuffer contents = from.slice(from.position(), length);
        from.position(from.position() + length);
        return contents;
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
