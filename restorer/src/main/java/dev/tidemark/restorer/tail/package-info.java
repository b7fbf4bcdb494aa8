/** What only the topic holds yet: a position of the topic in, the revisions after it as local segments out. */
package dev.tidemark.restorer.tail;
