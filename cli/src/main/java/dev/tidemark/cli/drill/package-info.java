/** Booting a stock etcd from a restore, on request or on a schedule. */
package dev.tidemark.cli.drill;
