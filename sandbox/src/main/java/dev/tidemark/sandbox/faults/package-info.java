/** Faults of a network on loopback: a TCP proxy that breaks connections on demand, and schedules of such faults. */
package dev.tidemark.sandbox.faults;
