package dev.tidemark.cli.output;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** What somebody says in the log while a piece of work is done, whatever the levels are at the time. */
public final class Logs {
    private Logs() {}

    /** The messages behind their levels, in order. */
    public static List<String> of(Class<?> speaker, Runnable work) {
        Logger logger = (Logger) LoggerFactory.getLogger(speaker);
        Level level = logger.getLevel();
        ListAppender<ILoggingEvent> heard = new ListAppender<>();
        heard.start();
        logger.addAppender(heard);
        logger.setLevel(Level.INFO);
        try {
            work.run();
        } finally {
            logger.setLevel(level);
            logger.detachAppender(heard);
        }
        return heard.list.stream()
                .map(event -> event.getLevel() + " " + event.getFormattedMessage())
                .toList();
    }
}
