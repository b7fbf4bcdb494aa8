/** Objects by name: the store's contract and its three forms, S3, file system and memory. */
package dev.tidemark.archive.store;
