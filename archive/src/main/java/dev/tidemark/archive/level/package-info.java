/** What is worked out from committed checkpoints alone: the levels above level 0, and bases that load no source. */
package dev.tidemark.archive.level;
