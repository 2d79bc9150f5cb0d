package ru.vygodno.filter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TestRulesTest {
  private static final String RULES = """
      [{"rule":"brand:елка","kind":"brand","value":"Ёлка"},{"kind":"words","value":"умные часы"}]""";

  private static byte[] parts(String... parts) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    for (String part : parts) {
      out.writeInt(part.getBytes(UTF_8).length);
      out.write(part.getBytes(UTF_8));
    }
    return bytes.toByteArray();
  }

  private static List<JsonNode> run(byte[] in) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TestRules.run(new ByteArrayInputStream(in), out);
    // a line ends at \n only
    return Stream.of(out.toString(UTF_8).split("\n")).filter(line -> !line.isEmpty()).map(Rig::parse).toList();
  }

  @Test
  void tellsTheRulesOfEachProductAndTheDefectsOfTheOthers() throws Exception {
    List<JsonNode> lines = run(parts(RULES, Rig.product("1", Map.of("brand", "елка")), "{}", "", "a\nb",
        Rig.product("2", Map.of("name", "Чай\u2028и"))));
    assertEquals(5, lines.size());
    assertEquals("""
        {"product_id":"1","name":"Умные часы XYZ","rules":["brand:елка","words:умные часы"]}""",
        lines.get(0).toString());
    assertEquals("missing-field", lines.get(1).get("reason").asText());
    assertTrue(lines.get(1).get("detail").asText().startsWith("product_id: expected "));
    assertEquals("not-json", lines.get(2).get("reason").asText());
    assertEquals("not-json", lines.get(3).get("reason").asText());
    assertEquals("[]", lines.get(4).get("rules").toString());
    assertEquals(List.of(), run(parts("[]")));
  }

  @Test
  void leavesOutRulesThatTheFilterDoesNotTake() throws Exception {
    List<JsonNode> lines = run(parts("[{\"kind\":\"colour\",\"value\":\"x\"},[[1]],{\"kind\":\"words\",\"value\":\"…\"},"
        + RULES.substring(1), Rig.product("1", Map.of("brand", "елка"))));
    assertEquals(2, lines.get(0).get("rules").size());
  }

  @Test
  void refusesWhatIsNoArrayOfRules() {
    assertThrows(BadRuleException.class, () -> run(parts("{}")));
    assertThrows(BadRuleException.class, () -> run(parts()));
  }

  @Test
  void refusesWhatWasCutOff() throws Exception {
    byte[] whole = parts("[]", Rig.product("1", Map.of()));
    for (int length : new int[] {whole.length - 1, 7, 8, 9}) {
      assertThrows(EOFException.class, () -> run(java.util.Arrays.copyOf(whole, length)));
    }
  }
}
