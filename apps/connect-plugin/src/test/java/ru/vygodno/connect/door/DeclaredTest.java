package ru.vygodno.connect.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeclaredTest {
  @TempDir
  private Path folder;
  private Declared declared;

  @BeforeEach
  void declare() throws IOException {
    Path file = folder.resolve("declared.json");
    Files.writeString(file, "{\"one\":{\"connector.class\":\"Sink\",\"file\":\"%1$s/one\"},\"out\":{\"file\":\"%1$s/../x\"}}"
        .formatted(folder));
    declared = new Declared(file, folder, Set.of("Sink"));
  }

  private Map<String, String> one(String... change) {
    Map<String, String> settings = new HashMap<>(Map.of("connector.class", "Sink", "file", folder + "/one"));
    for (int at = 0; at < change.length; at += 2) {
      settings.put(change[at], change[at + 1]);
    }
    return settings;
  }

  @Test
  void takesWhatIsDeclaredWithItsNameAndOurNotes() throws IOException {
    assertEquals(Optional.empty(), declared.refuse("one", one("name", "one", "vygodno.copies", "{}")));
  }

  @Test
  void refusesAnotherNameAnotherValueOneMoreAndOneLess() throws IOException {
    assertTrue(declared.refuse("two", one()).isPresent());
    assertTrue(declared.refuse("one", one("name", "two")).isPresent());
    assertTrue(declared.refuse("one", one("connector.class", "Source")).orElseThrow().endsWith("[connector.class]"));
    assertTrue(declared.refuse("one", one("more", "1")).isPresent());
    assertTrue(declared.refuse("one", one("more", null)).isPresent());
    assertTrue(declared.refuse("one", Map.of("connector.class", "Sink")).isPresent());
  }

  @Test
  void refusesReferencesToSecretsAndFilesElsewhere() throws IOException {
    assertTrue(declared.refuse("one", one("vygodno.copies", "${directory:/x:y}")).isPresent());
    assertTrue(declared.refuse("out", Map.of("file", folder + "/../x")).orElseThrow().startsWith("file:"));
    assertTrue(declared.refuseValidation("Sink", one("topics", "${directory:/x:y}")).isPresent());
    assertTrue(declared.refuseValidation("Sink", one("file", "one")).isPresent());
  }

  @Test
  void validatesOnlyTheClassesThatItIsThereFor() {
    assertEquals(Optional.empty(), declared.refuseValidation("Sink", one("anything", "new")));
    assertTrue(declared.refuseValidation("Source", one("connector.class", "Source")).isPresent());
    assertTrue(declared.refuseValidation("Sink", one("connector.class", "Source")).isPresent());
  }

  @Test
  void withoutADeclarationNothingIsLetIn() {
    Declared none = new Declared(folder.resolve("missing"), folder, Set.of("Sink"));
    assertThrows(IOException.class, () -> none.refuse("one", one()));
  }
}
