/** What travels through the revisions topic, and its codec. */
package dev.tidemark.schemas.topic;
