/** Tidemark: capture. */
package dev.tidemark.capture;
