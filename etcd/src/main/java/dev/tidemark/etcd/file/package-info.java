/**
 * etcd's database file: reading and writing bbolt, the records of the key bucket, and the arithmetic of HashKV.
 *
 * <p>{@link dev.tidemark.etcd.file.EtcdDatabase} reads a snapshot or a member's file,
 * {@link dev.tidemark.etcd.file.EtcdDatabaseWriter} makes a new one that stock etcd tools accept.
 */
package dev.tidemark.etcd.file;
