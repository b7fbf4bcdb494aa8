/** What the command prints: results on stdout, progress and logs on stderr. */
package dev.tidemark.cli.output;
