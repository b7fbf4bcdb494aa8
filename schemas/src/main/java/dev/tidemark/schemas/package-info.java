/** The words of Tidemark: revisions and changes, and the family of its errors. */
package dev.tidemark.schemas;
