package dev.tidemark.sandbox;

/** A program that starts one server of each kind, prints their process ids, and then does nothing until it is killed. */
final class OneOfEach {
    private OneOfEach() {}

    public static void main(String[] arguments) throws InterruptedException {
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6);
                KafkaServer kafka = KafkaServer.launch();
                MinioServer minio = MinioServer.launch()) {
            etcd.pause();
            System.out.println("pids " + etcd.pid() + " " + kafka.pid() + " " + minio.pid());
            Thread.sleep(Long.MAX_VALUE);
        }
    }
}
