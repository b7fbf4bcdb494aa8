package dev.tidemark.capture.service;

import dev.tidemark.capture.CaptureException;
import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.schemas.Failure;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Connections to a real member whose watches break at once, and whose snapshots wait or fail, until the test lets them be.
 */
final class BlindMember {
    private final CountDownLatch snapshotAsked = new CountDownLatch(1);
    private final CountDownLatch snapshots = new CountDownLatch(1);
    private volatile boolean watches;
    private volatile boolean failing;

    EtcdClient open(EtcdSettings settings) {
        EtcdClient real = EtcdClient.open(settings);
        return (EtcdClient) Proxy.newProxyInstance(
                BlindMember.class.getClassLoader(),
                new Class<?>[] {EtcdClient.class},
                (proxy, method, arguments) -> answer(real, method, arguments));
    }

    private Object answer(EtcdClient real, Method method, Object[] arguments) throws Throwable {
        if (method.getName().equals("snapshotTo")) {
            snapshotAsked.countDown();
            if (!snapshots.await(1, TimeUnit.MINUTES)) {
                throw new CaptureException(Failure.UNAVAILABLE, "the test lets no snapshot pass", "");
            }
            if (failing) {
                throw new CaptureException(Failure.UNAVAILABLE, "the snapshot breaks off", "");
            }
        }
        if (method.getName().equals("watch") && !watches) {
            throw new CaptureException(Failure.UNAVAILABLE, "the watch breaks at once", "");
        }
        try {
            return method.invoke(real, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** False if nobody has asked for a snapshot within a minute. */
    boolean isSnapshotAsked() throws InterruptedException {
        return snapshotAsked.await(1, TimeUnit.MINUTES);
    }

    void letSnapshotsFail() {
        failing = true;
        snapshots.countDown();
    }

    void letSnapshotsPass() {
        snapshots.countDown();
    }

    void letWatchesPass() {
        watches = true;
    }
}
