package ru.vygodno.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The same cases as in tests/unit/text.test.ts. */
class TextFormTest {
  private static final File CASES = new File("../../tests/fixtures/text-cases.json");

  private static JsonNode cases() throws IOException {
    return new ObjectMapper().readTree(CASES);
  }

  static Stream<Arguments> forms() throws IOException {
    return StreamSupport.stream(cases().get("forms").spliterator(), false)
        .flatMap(group -> StreamSupport.stream(group.get("cases").spliterator(), false)
            .map(pair -> Arguments.of(group.get("why").asText(), pair.get(0).asText(), pair.get(1).asText())));
  }

  @ParameterizedTest
  @MethodSource("forms")
  void theFormIsThatOfTheCommandsAndOfPostgres(String why, String text, String form) {
    assertEquals(form, TextForm.of(text), why);
    assertEquals(form, TextForm.of(form), why);
    // a mark that stands alone: nothing is looked up letter by letter
    assertEquals(form, TextForm.of("\u0306" + text), why);
  }

  @Test
  void whatLooksTheSameHasTheSameKeyAndNothingElse() throws IOException {
    int compared = 0;
    for (JsonNode pair : cases().get("alike")) {
      assertEquals(key(pair.get(0)), key(pair.get(1)), pair.toString());
      compared++;
    }
    for (JsonNode pair : cases().get("different")) {
      assertNotEquals(key(pair.get(0)), key(pair.get(1)), pair.toString());
      compared++;
    }
    assertTrue(compared > 30);
  }

  private static String key(JsonNode text) {
    return TextForm.key(TextForm.of(text.asText()));
  }
}
