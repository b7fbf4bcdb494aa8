/** What a service does to its archives from time to time, beside its work. */
package dev.tidemark.cli.upkeep;
