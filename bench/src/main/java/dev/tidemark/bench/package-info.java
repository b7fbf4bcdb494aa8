/** Tidemark: bench. */
package dev.tidemark.bench;
