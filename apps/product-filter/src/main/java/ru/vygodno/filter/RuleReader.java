package ru.vygodno.filter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Reads ban rules: {@code {"rule":"brand:acme","kind":"brand","value":"Acme","change":"…",…}}. */
final class RuleReader {
  /** A rule's id is repeated in every audit record of what it blocks. */
  private static final int MAX_ID = 1000;

  /** The name of a change is repeated in every answer; ours have 36 characters. */
  static final int MAX_CHANGE = 100;

  /** Reads what JavaScript's JSON.parse reads, so that the commands never take for a rule what is none here. */
  private final JsonFactory json = JsonFactory.builder().streamReadConstraints(StreamReadConstraints.builder()
      .maxNestingDepth(Integer.MAX_VALUE).maxNameLength(Integer.MAX_VALUE).maxNumberLength(Integer.MAX_VALUE)
      .maxStringLength(Integer.MAX_VALUE).build()).build();

  /** Returns the rule id a ban record is about; refuses keys that can't be one. */
  String id(byte[] key) throws BadRuleException {
    if (key == null || key.length == 0 || key.length > MAX_ID) {
      int length = key == null ? 0 : key.length;
      throw new BadRuleException("expected a key of 1 to %d bytes, got %d".formatted(MAX_ID, length));
    }
    return decode(key);
  }

  /** Reads a ban record's value, which must be the rule its key names. */
  Rule read(String id, byte[] value) throws BadRuleException {
    String text = decode(value);
    try (JsonParser parser = json.createParser(text)) {
      parser.nextToken();
      Rule rule = read(parser);
      if (parser.nextToken() != null) {
        throw new BadRuleException("expected nothing after the rule");
      }
      if (!rule.id().equals(id)) {
        throw new BadRuleException("expected the rule of key %s, got %s".formatted(id, rule.id()));
      }
      return rule;
    } catch (JsonProcessingException e) {
      throw new BadRuleException("expected JSON, got: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new BadRuleException(e.toString());
    }
  }

  /** Refuses what is no mark of a list: {@code {"version":1}}, with a version of 1 or more. */
  void checkMark(byte[] value) throws BadRuleException {
    int version = 0;
    try (JsonParser parser = json.createParser(decode(value))) {
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
          boolean number = parser.nextToken() == JsonToken.VALUE_NUMBER_INT;
          if (name.equals("version")) {
            version = number ? parser.getIntValue() : 0;
          }
          parser.skipChildren();
        }
      }
      if (version < 1 || parser.nextToken() != null) {
        throw new BadRuleException("expected a mark of the ban list such as {\"version\":1}");
      }
    } catch (JsonProcessingException e) {
      throw new BadRuleException("expected JSON, got: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new BadRuleException(e.toString());
    }
  }

  /** Reads the rule that begins at the parser's current token. */
  Rule read(JsonParser parser) throws IOException, BadRuleException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw new BadRuleException("expected an object, got " + parser.currentToken());
    }
    Map<String, String> texts = texts(parser);
    Kind kind = Kind.of(texts.get("kind"));
    if (kind == null) {
      throw new BadRuleException("kind: expected id, sku, brand, category, store or words, got " + texts.get("kind"));
    }
    Rule rule = Rule.of(kind, texts.getOrDefault("value", ""), texts.get("change"));
    if (!rule.saysSomething()) {
      throw new BadRuleException("value: expected text to compare, got " + texts.get("value"));
    }
    if (texts.getOrDefault("change", "").length() > MAX_CHANGE) {
      throw new BadRuleException("change: expected at most %d characters".formatted(MAX_CHANGE));
    }
    return rule;
  }

  /** Reads the texts among the fields of the object that begins at the parser's current token. */
  static Map<String, String> texts(JsonParser parser) throws IOException {
    Map<String, String> texts = new HashMap<>();
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      if (parser.nextToken() == JsonToken.VALUE_STRING) {
        texts.put(name, parser.getText());
      } else {
        // of several equal names the last counts
        texts.remove(name);
        parser.skipChildren();
      }
    }
    return texts;
  }

  private static String decode(byte[] utf8) throws BadRuleException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw new BadRuleException("expected UTF-8, got other bytes");
    }
  }
}
