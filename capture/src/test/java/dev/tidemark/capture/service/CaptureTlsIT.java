package dev.tidemark.capture.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.etcd.rpc.EtcdException;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.sandbox.Certificates;
import dev.tidemark.sandbox.Certificates.KeyForm;
import dev.tidemark.sandbox.EtcdOptions;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdTls;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.KafkaServer;
import dev.tidemark.sandbox.PemFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(OnSharedKafka.class)
class CaptureTlsIT {
    @TempDir
    Path scratch;

    private final ObjectStore store = new MemoryStore(InstantSource.system());

    @Test
    void halfWrittenFilesEndAStartButNotACaptureThatHasWorked(KafkaServer kafka, TestInfo test) throws Exception {
        Certificates certificates = Certificates.in(scratch.resolve("certificates"));
        PemFiles files = certificates.client("capture", KeyForm.PKCS1);
        EtcdOptions options = EtcdOptions.of(EtcdVersion.V3_6).withTls(EtcdTls.mutual(certificates));
        try (EtcdServer etcd = EtcdServer.launch(options)) {
            CapturePlace place = new CapturePlace(kafka, test, scratch, store);
            CaptureSettings settings = place.settings(EtcdSettings.of(etcd.endpoint())
                    .withTls(new EtcdSettings.TlsFiles(
                            Optional.of(certificates.authorityFile()),
                            Optional.of(files.certificate()),
                            Optional.of(files.key()))));
            try (RunningCapture capture = new RunningCapture(settings, store)) {
                etcd.etcdctl("put", "key", "first");
                capture.await(2);
                String key = Files.readString(files.key());
                Files.writeString(files.key(), key.substring(0, key.length() / 2));
                etcd.kill();
                etcd.start();
                etcd.etcdctl("put", "key", "missed");
                Thread.sleep(3_000);
                certificates.renew(files);
                capture.await(3);
            }
            Files.writeString(files.key(), "");
            try (RunningCapture capture = new RunningCapture(settings, store)) {
                assertThat(capture.error()).cause().isInstanceOf(EtcdException.Certificates.class);
            }
        }
    }
}
