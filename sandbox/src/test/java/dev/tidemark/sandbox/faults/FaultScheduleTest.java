package dev.tidemark.sandbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FaultScheduleTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final List<String> happened = Collections.synchronizedList(new ArrayList<>());
    private final FaultPlan plan =
            FaultPlan.of(50).withPauses(Duration.ofMillis(2)).withFaults(Duration.ofMillis(2));

    @Test
    void theSameSeedGivesTheSameFaults() {
        assertThat(plan.withSeed(3).steps(4)).isEqualTo(plan.withSeed(3).steps(4));
        assertThat(plan.withSeed(4).steps(4)).isNotEqualTo(plan.withSeed(3).steps(4));
        assertThat(plan.steps(4))
                .hasSize(50)
                .allMatch(step -> step.fault() < 4)
                .allMatch(step -> step.time().compareTo(Duration.ofMillis(2)) <= 0);
    }

    @Test
    void endsByItselfWithEveryFaultEnded() {
        try (FaultSchedule schedule = FaultSchedule.start(plan, List.of(noted("a"), noted("b")))) {
            schedule.await(PATIENCE);
            assertThat(schedule.done()).isEqualTo(50);
        }
        assertThat(happened.subList(0, 100).stream().filter(entry -> entry.startsWith("begin")))
                .hasSize(50);
        assertThat(happened.subList(100, 102)).containsExactly("end a", "end b");
    }

    @Test
    void isWholeWhenEndedInTheMiddleOfAFault() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        Fault endless = Fault.of("endless", begun::countDown, () -> happened.add("end"));
        FaultPlan longOne = new FaultPlan(1, 1, Duration.ZERO, Duration.ofDays(400));
        FaultSchedule schedule = FaultSchedule.start(longOne, List.of(endless));
        begun.await();
        assertThat(schedule.isOver()).isFalse();
        schedule.close();
        assertThat(schedule.isOver()).isTrue();
        assertThat(happened).contains("end");
    }

    @Test
    void aFaultThatFailsIsToldAndTheOthersAreEnded() {
        Fault failing = Fault.of(
                "failing",
                () -> {
                    throw new IllegalStateException("no");
                },
                () -> {});
        try (FaultSchedule schedule = FaultSchedule.start(plan, List.of(failing, noted("b")))) {
            assertThatThrownBy(() -> schedule.await(PATIENCE)).hasMessage("no");
        }
        assertThat(happened).endsWith("end b");
    }

    @Test
    void aProxyIsWholeAfterAllItsFaults() throws IOException {
        try (EchoServer server = new EchoServer();
                TcpProxy proxy = TcpProxy.to(server.port())) {
            List<Fault> all = List.of(
                    Fault.cut(proxy),
                    Fault.stall(proxy),
                    Fault.stall(proxy, Direction.TO_CLIENT),
                    Fault.delay(proxy, Duration.ofMillis(20)),
                    Fault.outage(proxy));
            try (FaultSchedule schedule = FaultSchedule.start(plan, all)) {
                schedule.await(PATIENCE);
            }
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
                client.setSoTimeout(10_000);
                client.getOutputStream().write('a');
                assertThat(client.getInputStream().read()).isEqualTo('a');
            }
        }
    }

    private Fault noted(String name) {
        return Fault.of(name, () -> happened.add("begin " + name), () -> happened.add("end " + name));
    }
}
