/** The archive: the family of its errors. What it is made of stands in the packages below; every byte in docs/format.md. */
package dev.tidemark.archive;
