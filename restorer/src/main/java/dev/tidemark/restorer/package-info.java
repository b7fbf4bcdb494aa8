/**
 * Back to a moment of the past. Here stands where the past is read from, and the family of errors; the rooms below follow
 * the way of the data: a target and what there is, the history with the topic's tail, become a plan; the past reads what
 * the plan names; a restore writes it to an output. Info says what there is, and verify proves it.
 */
package dev.tidemark.restorer;
