/** Between source and topic: items come in from whoever captures, and go out in their order to the one who writes. */
package dev.tidemark.capture.spool;
