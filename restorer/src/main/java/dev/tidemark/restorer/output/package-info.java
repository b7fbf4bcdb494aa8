/** Where records go: the records of a state in, a database, Avro or JSON lines out, whole or not at all. */
package dev.tidemark.restorer.output;
