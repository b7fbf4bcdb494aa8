package dev.tidemark.cli.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SettingsPageTest {
    private static final Path PAGE = Path.of("..", "docs", "settings.md");

    @Test
    void thePageSaysWhatTheCodeKnows() throws IOException {
        String page = SettingsPage.text();
        if (Boolean.getBoolean("update.docs")) {
            Files.writeString(PAGE, page);
        }
        assertThat(PAGE)
                .as("write it anew with: mvn -pl cli -am test -Dtest=SettingsPageTest -Dupdate.docs=true"
                        + " -Dsurefire.failIfNoSpecifiedTests=false")
                .content()
                .isEqualTo(page);
    }

    @Test
    void everySettingThatIsDeclaredIsListedOnce() throws IllegalAccessException {
        for (var field : Known.class.getDeclaredFields()) {
            if (field.getType() == Setting.class) {
                assertThat(Known.all()).as(field.getName()).containsOnlyOnce((Setting<?>) field.get(null));
            }
        }
    }
}
