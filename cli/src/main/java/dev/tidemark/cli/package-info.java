/** The {@code tidemark} command: one file a verb; the contract is docs/cli.md. */
package dev.tidemark.cli;
