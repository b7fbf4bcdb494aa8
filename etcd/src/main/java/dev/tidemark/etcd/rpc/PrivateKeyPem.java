package dev.tidemark.etcd.rpc;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Brings a private key into PKCS#8, the one form that Java reads: kubeadm writes RSA keys as PKCS#1. */
final class PrivateKeyPem {
    private static final Pattern PKCS1 =
            Pattern.compile("-----BEGIN RSA PRIVATE KEY-----(.+?)-----END RSA PRIVATE KEY-----", Pattern.DOTALL);
    /** version 0, then the algorithm: rsaEncryption without parameters. */
    private static final byte[] PKCS8_RSA = HexFormat.of().parseHex("020100300d06092a864886f70d0101010500");

    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;

    private PrivateKeyPem() {}

    /** The key as a PKCS#8 PEM file, unchanged if it is one already. */
    static byte[] pkcs8(String pem) {
        Matcher pkcs1 = PKCS1.matcher(pem);
        if (!pkcs1.find()) {
            return pem.getBytes(StandardCharsets.UTF_8);
        }
        byte[] rsa = Base64.getMimeDecoder().decode(pkcs1.group(1));
        byte[] der = der(SEQUENCE, PKCS8_RSA, der(OCTET_STRING, rsa));
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return ("-----BEGIN PRIVATE KEY-----\n" + base64 + "\n-----END PRIVATE KEY-----\n")
                .getBytes(StandardCharsets.UTF_8);
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
