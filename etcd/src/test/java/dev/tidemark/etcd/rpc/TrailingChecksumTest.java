package dev.tidemark.etcd.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

class TrailingChecksumTest {
    @Property
    void isFoundWhereverTheChunksEnd(@ForAll @Size(max = 300) byte[] data, @ForAll long seed)
            throws NoSuchAlgorithmException {
        byte[] sum = MessageDigest.getInstance("SHA-256").digest(data);
        byte[] stream = Arrays.copyOf(data, data.length + sum.length);
        System.arraycopy(sum, 0, stream, data.length, sum.length);
        Random random = new Random(seed);
        TrailingChecksum checksum = new TrailingChecksum();
        int at = 0;
        while (at < stream.length) {
            int end = Math.min(stream.length, at + random.nextInt(70));
            checksum.update(Arrays.copyOfRange(stream, at, end));
            at = end;
        }
        assertThat(checksum.verdict().isGood()).isTrue();
    }
}
