package ru.vygodno.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

/** The vectors that clients/identifier.ts is held to as well. */
class IdentifierTest {
  private final JsonNode vectors = new ObjectMapper().readTree(new File("../../tests/fixtures/identifier-cases.json"));

  IdentifierTest() throws IOException {}

  @Test
  void agreesWithTheSharedVectors() {
    assertTrue(vectors.get("cases").size() >= 40);
    for (JsonNode c : vectors.get("cases")) {
      assertEquals(c.get("valid").asBoolean(), Identifier.valid(c.get("text").asText()), c.get("name").asText());
    }
  }

  @Test
  void everyCharacterIsSeenOrUnseenAsTheTableHasIt() {
    BitSet unseen = new BitSet();
    for (JsonNode range : vectors.get("unseen")) {
      unseen.set(Integer.parseInt(range.get(0).asText(), 16), Integer.parseInt(range.get(1).asText(), 16) + 1);
    }
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      String name = "U+%04X".formatted(c);
      String text = "a" + Character.toString(c) + "a";
      assertEquals(unseen.get(c), Identifier.unseen(c), name);
      assertEquals(!unseen.get(c), Identifier.valid(text), name);
      assertEquals(!unseen.get(c) && c != ' ', Identifier.visible(Character.toString(c)), name);
    }
  }

  @Test
  void whatCannotBeSeenIsWrittenOutInAMessage() {
    assertEquals("\"11\\u00ad009 \\\"\\t\\udb40\\udc41\"", Got.quote("11\u00ad009 \"\t\udb40\udc41"));
  }
}
