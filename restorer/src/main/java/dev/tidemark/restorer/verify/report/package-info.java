/** What verify says: how far it went, how far it has come, what it has found. */
package dev.tidemark.restorer.verify.report;
