/** Tidemark: sandbox. */
package dev.tidemark.sandbox;
