package ru.vygodno.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ProductReaderTest {
  private static final File CASES = new File("../../tests/fixtures/product-cases.json");
  private final ProductReader reader = new ProductReader();

  static List<Named<JsonNode>> cases() throws IOException {
    List<Named<JsonNode>> cases = StreamSupport.stream(new ObjectMapper().readTree(CASES).spliterator(), false)
        .map(c -> Named.of(c.get("name").asText(), c)).toList();
    assertTrue(cases.size() >= 60, "the vectors of " + CASES);
    return cases;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithTheSharedVectors(JsonNode c) throws MalformedProductException {
    byte[] value = value(c);
    if (c.get("reason").isNull()) {
      read(c, value);
      return;
    }
    MalformedProductException defect = assertThrows(MalformedProductException.class, () -> read(c, value));
    assertEquals(c.get("reason").asText(), defect.reason().code(), defect.getMessage());
    assertEquals(c.get("path").textValue(), defect.path(), defect.getMessage());
    assertTrue(defect.getMessage().contains("expected"), defect.getMessage());
    assertTrue(defect.getMessage().contains("got"), defect.getMessage());
  }

  private void read(JsonNode c, byte[] value) throws MalformedProductException {
    if (c.has("key")) {
      reader.read(c.get("key").asText().getBytes(StandardCharsets.UTF_8), value);
    } else {
      reader.read(value);
    }
  }

  private static byte[] value(JsonNode c) {
    return c.has("raw") ? c.get("raw").asText().getBytes(StandardCharsets.UTF_8)
        : Base64.getDecoder().decode(c.get("base64").asText());
  }

  @Test
  void namesWhatWasExpectedAndSeen() throws IOException {
    assertEquals("price.amount: expected a number >= 0, got -5", detailOf("отрицательная сумма"));
    assertEquals("price.currency: expected 3 upper-case letters, got \"rub\"", detailOf("валюта строчными"));
    assertEquals("name: expected a string with something to see in it, got nothing", detailOf("нет поля name"));
    assertEquals("stock: expected an object {available, reserved}, got an array", detailOf("остатки массивом"));
  }

  private String detailOf(String name) throws IOException {
    JsonNode c = cases().stream().filter(n -> n.getName().equals(name)).findFirst().orElseThrow().getPayload();
    return assertThrows(MalformedProductException.class, () -> read(c, value(c))).getMessage();
  }

  @Test
  void takesTheFieldsForDecisions() throws Exception {
    Product product = reader.read(value(cases().get(0).getPayload()));
    assertEquals(new Product("12345", "Умные часы XYZ", "Электроника", "XYZ", "XYZ-12345", "store_001"), product);
  }

  @Test
  void refusesMoreThanAMillionBytesWithoutParsing() {
    byte[] value = new byte[ProductReader.MAX_BYTES + 1];
    MalformedProductException defect = assertThrows(MalformedProductException.class, () -> reader.read(value));
    assertEquals(Reason.TOO_LARGE, defect.reason());
    assertEquals("expected at most 1000000 bytes, got 1000001", defect.getMessage());
    assertNull(defect.path());
  }

  @Test
  void refusesDocumentsThatAreTooDeepInsteadOfOverflowing() {
    byte[] value = ("{\"x\":" + "[".repeat(300_000) + "]".repeat(300_000) + "}").getBytes(StandardCharsets.UTF_8);
    assertEquals(Reason.TOO_LARGE, assertThrows(MalformedProductException.class, () -> reader.read(value)).reason());
  }

  @Test
  void refusesNumbersThatNumericCannotHold() throws Exception {
    String valid = new String(value(cases().get(0).getPayload()), StandardCharsets.UTF_8);
    for (String number : List.of("1e-20000", "9".repeat(400), "1e99999999999", "0." + "1".repeat(400))) {
      byte[] value = valid.replaceFirst("\\{", "{\"x\":" + number + ",").getBytes(StandardCharsets.UTF_8);
      assertEquals(Reason.BAD_VALUE, assertThrows(MalformedProductException.class, () -> reader.read(value)).reason());
    }
  }

  /** Whatever the bytes are, the answer is a product or a malformed one, never another exception. */
  @ParameterizedTest
  @MethodSource("seeds")
  void survivesDamage(long seed) throws IOException {
    byte[] value = value(cases().get(1).getPayload());
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      byte[] damaged = value.clone();
      for (int n = random.nextInt(3); n >= 0; n--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      try {
        reader.read(damaged);
      } catch (MalformedProductException expected) {
        assertTrue(expected.getMessage().length() < 600, expected.getMessage());
      }
    }
  }

  static Stream<Long> seeds() {
    return Stream.of(1L, 2L, 3L, 4L, 5L);
  }
}
