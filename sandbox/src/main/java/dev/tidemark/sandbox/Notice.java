package dev.tidemark.sandbox;

/** Minutes of silence look like a hang, and no logger may be set up yet: these few lines go straight out. */
final class Notice {
    private Notice() {}

    static void say(String line) {
        System.err.println(line);
    }
}
