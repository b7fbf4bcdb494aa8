/** Tidemark: compactor. */
package dev.tidemark.compactor;
