package ru.vygodno.lake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.sql.Timestamp;
import java.time.Instant;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class ProductsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** To its limits: the vectors are those that the doors are held to. */
  @Test
  void whateverTheDoorTakesBecomesARow() throws Exception {
    int rows = 0;
    for (JsonNode each : JSON.readTree(new File("../../tests/fixtures/product-cases.json"))) {
      if (each.get("reason").isNull()) {
        byte[] value = each.get("raw").asText().getBytes(UTF_8);
        Row row = Products.read(new Source(each.get("key").asText().getBytes(UTF_8), value, 0, 1,
            Timestamp.from(Instant.parse("2026-03-05T10:00:00Z"))));
        JsonNode product = JSON.readTree(value);
        int available = (int) product.get("stock").get("available").asDouble();
        assertEquals(available, row.getInt(Products.SCHEMA.fieldIndex("available")), each.get("name").asText());
        assertEquals(product.get("product_id").asText(), row.getString(0));
        rows++;
      }
    }
    assertTrue(rows > 30, rows + " rows");
  }
}
