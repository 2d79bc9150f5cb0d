package ru.vygodno.lake;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;

/** A JSON object whose fields are asked for by type; an absent one and a null one are the same. */
record JsonObject(JsonNode node) {
  private static final ObjectMapper MAPPER = new ObjectMapper()
      .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  static JsonObject parse(byte[] value) throws MalformedRecordException {
    if (value == null) {
      throw new MalformedRecordException("expected a JSON object, got no value");
    }
    try {
      JsonNode node = MAPPER.readTree(value);
      if (node == null || !node.isObject()) {
        throw new MalformedRecordException("expected a JSON object, got " + (node == null ? "nothing" : node.getNodeType()));
      }
      return new JsonObject(node);
    } catch (JsonProcessingException e) {
      throw new MalformedRecordException("expected JSON, got: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new MalformedRecordException("expected JSON in UTF-8, got: " + e.getMessage());
    }
  }

  /** @return the text, null when there is none */
  String text(String field) throws MalformedRecordException {
    JsonNode found = present(field);
    return found == null ? null : checked(found.isTextual(), field, "text", found).textValue();
  }

  String required(String field) throws MalformedRecordException {
    String text = text(field);
    if (text == null || text.isBlank()) {
      throw new MalformedRecordException(field + ": expected text, got nothing");
    }
    return text;
  }

  /** However it is written: {@code 150.0} and {@code 1.5e2} are whole numbers, to the door of products as to PostgreSQL. */
  Integer integer(String field) throws MalformedRecordException {
    JsonNode found = present(field);
    boolean fits = found != null && found.isNumber() && (int) found.doubleValue() == found.doubleValue();
    return found == null ? null : (Integer) (int) checked(fits, field, "a whole number", found).doubleValue();
  }

  Double number(String field) throws MalformedRecordException {
    JsonNode found = present(field);
    boolean finite = found != null && found.isNumber() && Double.isFinite(found.doubleValue());
    return found == null ? null : (Double) checked(finite, field, "a number", found).doubleValue();
  }

  /** @return the object in a field, an empty one when there is none */
  JsonObject object(String field) throws MalformedRecordException {
    JsonNode found = present(field);
    return found == null ? new JsonObject(MAPPER.createObjectNode())
        : new JsonObject(checked(found.isObject(), field, "an object", found));
  }

  private JsonNode present(String field) {
    JsonNode found = node.get(field);
    return found == null || found.isNull() ? null : found;
  }

  private static JsonNode checked(boolean fits, String field, String expected, JsonNode found)
      throws MalformedRecordException {
    if (!fits) {
      throw new MalformedRecordException("%s: expected %s, got %.60s".formatted(field, expected, found));
    }
    return found;
  }
}
