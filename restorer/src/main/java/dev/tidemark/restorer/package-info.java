/** Tidemark: restorer. */
package dev.tidemark.restorer;
