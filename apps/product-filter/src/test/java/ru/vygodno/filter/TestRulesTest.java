package ru.vygodno.filter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TestRulesTest {
  private static final String RULES = """
      [{"rule":"brand:елка","kind":"brand","value":"Ёлка"},{"kind":"words","value":"умные часы"}]""";

  private static List<JsonNode> run(String rules, String products) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TestRules.run(new ByteArrayInputStream(rules.getBytes(UTF_8)), new ByteArrayInputStream(products.getBytes(UTF_8)),
        out);
    return out.toString(UTF_8).lines().map(Rig::parse).toList();
  }

  @Test
  void tellsTheRulesOfEachProductAndTheDefectsOfTheOthers() throws Exception {
    List<JsonNode> lines = run(RULES, Rig.product("1", Map.of("brand", "елка")) + "\n{}\n"
        + Rig.product("2", Map.of("name", "Чай")));
    assertEquals(3, lines.size());
    assertEquals("""
        {"product_id":"1","name":"Умные часы XYZ","rules":["brand:елка","words:умные часы"],"line":1}""",
        lines.get(0).toString());
    assertEquals("""
        {"reason":"missing-field","detail":"product_id: expected 1 to 200 visible characters, without a blank around them, \
        got nothing","line":2}""", lines.get(1).toString());
    assertEquals("[]", lines.get(2).get("rules").toString());
  }

  @Test
  void leavesOutRulesThatTheFilterDoesNotTake() throws Exception {
    List<JsonNode> lines = run("[{\"kind\":\"colour\",\"value\":\"x\"},[[1]],{\"kind\":\"words\",\"value\":\"…\"},"
        + RULES.substring(1), Rig.product("1", Map.of("brand", "елка")));
    assertEquals(2, lines.get(0).get("rules").size());
  }

  @Test
  void refusesWhatIsNoArrayOfRules() {
    assertThrows(BadRuleException.class, () -> run("{}", ""));
  }
}
