package ru.vygodno.connect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.util.Map;
import java.util.ServiceLoader;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.storage.Converter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProductConverterTest {
  private static final String PRODUCT = """
      {"product_id":"1","name":"Чай «Ёлка»","description":"","price":{"amount":99.5,"currency":"RUB"},
      "category":"Чай","brand":"Ёлка","stock":{"available":1,"reserved":0},"sku":"Ч-1","tags":[],"images":[],
      "specifications":{},"created_at":"2023-10-01T12:00:00Z","updated_at":"2023-10-01T12:00:00Z",
      "index":"products","store_id":"s"}""";

  private static ProductConverter converter(boolean isKey) {
    ProductConverter converter = new ProductConverter();
    converter.configure(Map.of(), isKey);
    return converter;
  }

  @Test
  void turnsTheKeyIntoThePrimaryKey() {
    SchemaAndValue key = converter(true).toConnectData("t", "товар-1".getBytes(UTF_8));
    assertEquals("товар-1", ((Struct) key.value()).getString("product_id"));
  }

  @Test
  void turnsTheValueIntoAJsonColumnUnchanged() {
    SchemaAndValue value = converter(false).toConnectData("t", PRODUCT.getBytes(UTF_8));
    assertEquals(PRODUCT, ((Struct) value.value()).getString("doc"));
    assertEquals("io.debezium.data.Json", value.schema().field("doc").schema().name());
  }

  @Test
  void turnsATombstoneIntoADelete() {
    SchemaAndValue value = converter(false).toConnectData("t", null);
    assertNull(value.value());
    assertNull(value.schema());
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "", "{}", "[1]", "{\"product_id\":\"1\"} x", "{\"x\":\"\\u0000\"}",
      "\"Чай\" -> \"Ч\\u0000ай\"", "99.5 -> -1", "99.5 -> 1e400", "99.5 -> \"99.5\"",
      "\"available\":1 -> \"available\":1.5",
      "\"available\":1 -> \"available\":3000000000", "\"tags\":[] -> \"tags\":[1]", "\"sku\":\"Ч-1\" -> \"sku\":null"})
  void refusesWhatTheDatabaseWould(String change) {
    String[] parts = change.split(" -> ");
    String value = parts.length == 2 ? PRODUCT.replace(parts[0], parts[1]) : change;
    assertThrows(DataException.class, () -> converter(false).toConnectData("t", value.getBytes(UTF_8)));
  }

  /** To its limits: the vectors are those that the doors are held to. */
  @Test
  void takesWhateverTheDoorTakes() throws IOException {
    int taken = 0;
    for (JsonNode each : new ObjectMapper().readTree(new File("../../tests/fixtures/product-cases.json"))) {
      if (each.get("reason").isNull()) {
        String raw = each.get("raw").asText();
        SchemaAndValue value = converter(false).toConnectData("t", raw.getBytes(UTF_8));
        assertEquals(raw, ((Struct) value.value()).getString("doc"), each.get("name").asText());
        String id = each.get("key").asText();
        SchemaAndValue key = converter(true).toConnectData("t", id.getBytes(UTF_8));
        assertEquals(id, ((Struct) key.value()).getString("product_id"));
        taken++;
      }
    }
    assertTrue(taken > 30, taken + " cases");
  }

  /** The filter retracts what was let in before its id was refused: then its row must go, but never come. */
  @ParameterizedTest
  @ValueSource(strings = {"11009 ", " ", "11\u00ad009", "x\u0301"})
  void anIdThatTheDoorRefusesIsDeletedButNotStored(String id) {
    assertEquals(id, ((Struct) converter(true).toConnectData("t", id.getBytes(UTF_8)).value()).getString("product_id"));
    byte[] document = PRODUCT.replace("\"product_id\":\"1\"", "\"product_id\":\"" + id + "\"").getBytes(UTF_8);
    String refusal = assertThrows(DataException.class, () -> converter(false).toConnectData("t", document)).getMessage();
    assertTrue(refusal.startsWith("bad-value: product_id: expected 1 to 200 visible characters"), refusal);
  }

  @Test
  void refusesBadUtf8AndSaysWhy() {
    byte[] bad = {'{', (byte) 0xC3, '}'};
    assertEquals("bad-utf8: expected UTF-8, got other bytes",
        assertThrows(DataException.class, () -> converter(false).toConnectData("t", bad)).getMessage());
    assertThrows(DataException.class, () -> converter(true).toConnectData("t", bad));
  }

  @Test
  void refusesRecordsWithoutAKey() {
    assertThrows(DataException.class, () -> converter(true).toConnectData("t", null));
    assertThrows(DataException.class, () -> converter(true).toConnectData("t", new byte[0]));
    assertThrows(DataException.class, () -> converter(true).toConnectData("t", "a\0b".getBytes(UTF_8)));
  }

  @Test
  void isFoundByServiceLoading() {
    assertTrue(ServiceLoader.load(Converter.class).stream().anyMatch(p -> p.type() == ProductConverter.class));
  }
}
