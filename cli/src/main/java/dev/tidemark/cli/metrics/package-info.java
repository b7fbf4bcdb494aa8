/** What the services show of themselves while they run: metrics for Prometheus, and whether they are well. */
package dev.tidemark.cli.metrics;
