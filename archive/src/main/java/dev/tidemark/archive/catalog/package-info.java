/** One cluster's archive: names, envelopes, manifests, how they are found and how they are committed. */
package dev.tidemark.archive.catalog;
