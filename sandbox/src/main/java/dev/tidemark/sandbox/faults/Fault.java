package dev.tidemark.sandbox.faults;

import java.time.Duration;

/** Something that can be broken for a while. Ending what has not begun does nothing. */
public interface Fault {
    /** Breaks it. */
    void begin();

    /** Makes it whole again. */
    void end();

    /** A fault of two actions, with a name for the log. */
    static Fault of(String name, Runnable begin, Runnable end) {
        return new Fault() {
            @Override
            public void begin() {
                begin.run();
            }

            @Override
            public void end() {
                end.run();
            }

            @Override
            public String toString() {
                return name;
            }
        };
    }

    /** All connections reset at once; over as soon as it has begun. */
    static Fault cut(TcpProxy proxy) {
        return of("cut " + proxy.address(), proxy::cut, () -> {});
    }

    /** Half-open connections: nothing arrives in any direction. */
    static Fault stall(TcpProxy proxy) {
        return of("stall " + proxy.address(), proxy::stall, proxy::resume);
    }

    /** Connections that are dead in one direction only. */
    static Fault stall(TcpProxy proxy, Direction direction) {
        return of(
                "stall %s %s".formatted(proxy.address(), direction),
                () -> proxy.stall(direction),
                () -> proxy.resume(direction));
    }

    /** A slow network. */
    static Fault delay(TcpProxy proxy, Duration time) {
        return of(
                "delay %s by %d ms".formatted(proxy.address(), time.toMillis()),
                () -> proxy.delay(time),
                () -> proxy.delay(Duration.ZERO));
    }

    /** The connections reset, and no new ones. */
    static Fault outage(TcpProxy proxy) {
        return of(
                "outage " + proxy.address(),
                () -> {
                    proxy.refuse();
                    proxy.cut();
                },
                proxy::admit);
    }
}
