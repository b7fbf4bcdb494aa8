/** Tidemark: cli. */
package dev.tidemark.cli;
