package ru.vygodno.connect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.ServiceLoader;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.storage.Converter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecommendationConverterTest {
  private static final String DOC = """
      {"user_id":"анна","computed_at":"2026-03-01T00:00:00Z","model":"als","items":[
      {"product_id":"1","score":0.5,"reason":"bought together with «Чай»","reason_product_id":"2"},
      {"product_id":"3","score":1e-3,"reason":"popular in Чай"}]}""";

  private static RecommendationConverter converter(boolean isKey) {
    RecommendationConverter converter = new RecommendationConverter();
    converter.configure(Map.of(), isKey);
    return converter;
  }

  private static Object doc(String text) {
    return ((Struct) converter(false).toConnectData("t", text.getBytes(UTF_8)).value()).getString("doc");
  }

  @Test
  void turnsKeyAndDocumentIntoARowUnchanged() {
    assertEquals("*", ((Struct) converter(true).toConnectData("t", "*".getBytes(UTF_8)).value()).getString("user_id"));
    assertEquals(DOC, doc(DOC));
  }

  @Test
  void takesAUserWithoutRecommendations() {
    String none = "{\"computed_at\":\"2026-03-01T00:00:00Z\",\"model\":\"als\",\"items\":[]}";
    assertEquals(none, doc(none));
  }

  @Test
  void turnsATombstoneIntoADelete() {
    assertNull(converter(false).toConnectData("t", null).value());
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "", "null", "[]", "{}", "{\"items\":[", "\"als\" -> 1", "\"als\" -> \"a\\u0000\"", "\"als\" -> \"\\ud800\"",
      "\"items\":[ -> \"items\":[1,", "0.5 -> \"0.5\"", "0.5 -> 1e999", "0.5 -> 1e-400", "\"product_id\":\"1\", -> ",
      "\"reason_product_id\":\"2\" -> \"reason_product_id\":2", "\"score\":0.5 -> \"score\":0.5,\"score\":0.6",
      "2026-03-01T00:00:00Z -> yesterday", "2026-03-01T00:00:00Z -> 2026-03-01T00:00:00+18:00", "2026-03 -> 0000-03",
      "\"model\" -> \"other\":1,\"model\"", "\"score\":0.5 -> \"score\":0.5,\"items\":[]", "}]} -> }]}}"})
  void refusesWhatCannotBeServed(String change) {
    String[] parts = change.split(" -> ", -1);
    String value = parts.length == 2 ? DOC.replace(parts[0], parts[1]) : change;
    assertThrows(DataException.class, () -> doc(value));
  }

  @Test
  void saysWhere() {
    String value = DOC.replace("1e-3", "\"x\"");
    String message = assertThrows(DataException.class, () -> doc(value)).getMessage();
    assertEquals("items[1].score: expected a number, got VALUE_STRING", message);
  }

  @Test
  void refusesOtherEncodings() {
    byte[] utf16 = DOC.getBytes(java.nio.charset.StandardCharsets.UTF_16LE);
    assertThrows(DataException.class, () -> converter(false).toConnectData("t", utf16));
    assertThrows(DataException.class, () -> converter(false).toConnectData("t", new byte[] {'{', (byte) 0xC3, '}'}));
  }

  @Test
  void isFoundByServiceLoading() {
    assertTrue(ServiceLoader.load(Converter.class).stream().anyMatch(p -> p.type() == RecommendationConverter.class));
  }
}
