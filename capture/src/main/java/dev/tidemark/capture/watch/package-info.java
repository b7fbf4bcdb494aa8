/** The source's stream: a watch comes in from one member after the other, whole revisions go out into the spool. */
package dev.tidemark.capture.watch;
