package dev.tidemark.cli.settings;

import java.util.Collection;
import java.util.Comparator;

/** Finds the known key that a mistyped one was most likely meant to be, by edit distance. */
final class Nearest {
    private Nearest() {}

    static Setting<?> to(String key) {
        return Known.all().stream()
                .min(Comparator.comparingInt(known -> distance(key, known.key())))
                .orElseThrow();
    }

    /** The nearest of some words; there is at least one. */
    static String among(Collection<String> words, String word) {
        return words.stream()
                .min(Comparator.comparingInt(known -> distance(word, known)))
                .orElseThrow();
    }

    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
