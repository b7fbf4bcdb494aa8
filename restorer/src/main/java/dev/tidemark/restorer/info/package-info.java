/** What can be restored, and how it stands with an archive: manifests in, a report for operators and metrics out. */
package dev.tidemark.restorer.info;
