package ru.vygodno.filter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ru.vygodno.product.Product;

class RuleSetTest {
  private static final Product CLOCK = new Product("12345", "Зелёные умные часы «XYZ-5», 2-е поколение", "Электроника",
      "ООО  Ёлка", "XYZ-12345", "Store_001");

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "id       | 12345                 | true",
      "id       | '  12345 '            | true",
      "id       | 1234                  | false",
      "sku      | xyz-12345             | true",
      "sku      | XYZ                   | false",
      "brand    | ооо елка              | true",
      "brand    | ООО ЁЛКА              | true",
      "brand    | ' ООО\u00A0\tЕлка '   | true",
      "brand    | ООО Е\u0308лка        | true",
      "brand    | Ёлка                  | false",
      "category | ЭЛЕКТРОНИКА           | true",
      "category | электрон              | false",
      "store    | STORE_001             | true",
      "words    | Часы                  | true",
      "words    | ЗЕЛЕНЫЕ               | true",
      "words    | зелёные               | true",
      "words    | часы умные            | true",
      "words    | xyz                   | true",
      "words    | 'часы, умные!'        | true",
      "words    | XYZ-5                 | true",
      "words    | час                   | true",
      "words    | часовой               | false",
      "words    | умные сапоги          | false",
      "words    | 2                     | true",
      "words    | xyz5                  | true",
      "words    | x5                    | false",
      "words    | поколение5            | false",
      "words    | зелёный часы          | true",
      "words    | '\"часы\" умным'      | true",
      "words    | '\"часов\"'           | false",
      "words    | чaсы                  | true",
      "sku      | ХYZ‑12345             | true",
      "store    | 'store\u2060_001'     | true",
      "brand    | «ООО» елка            | false"})
  void matches(String kind, String value, boolean expected) throws BadRuleException {
    Rule rule = Rule.of(Kind.of(kind), value, null);
    RuleSet rules = new RuleSet();
    rules.add(rule);
    assertEquals(expected ? List.of(rule.id()) : List.of(), rules.matching(CLOCK));
    rules.remove(rule);
    assertEquals(List.of(), rules.matching(CLOCK));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Вейп", "жидкость для вейпа", "Вейпы оптом", "Вейп5000", "5000вейп", "вейпX2", "Вейп™", "вейп№1",
      "ве\u00adйп", "ве\u200bйп", "ве\u0301йп", "в\u0336е\u0336й\u0336п", "вeйп", "BEЙП", "в е й п", "в.е.й.п",
      "В - Е - Й - П", "ве-йп", "ве.йп", "«ве´йп»", "вейпPOWER", "POWERвейп", "🔥вейп🔥", "вεйп", "вейп\u2028", "ВЕЙП"})
  void aWordIsFoundHoweverItIsWritten(String name) {
    assertEquals(List.of("words:вейп"), matching("вейп", name));
  }

  @ParameterizedTest
  @CsvSource({"кот,Котлета", "кот,котёнок", "5,A5", "15,iPhone15", "a7,a 8 и 7", "c,корм с рыбой", "c5,25 °C 5 л", "a57,a5 и 7", "золото,30 лото", "зол,30л",
      "в,вейп", "табак,табакерка", "рот,S M L", "вейп,веп", "вейп,вей"})
  void anotherWordIsNot(String rule, String name) {
    assertEquals(List.of(), matching(rule, name));
  }

  @ParameterizedTest
  @CsvSource({"золото,3олото", "опиум,0пиум", "iphone15,iPhone 15 Pro", "iphone15,iPhone-15", "a7,Смартфон A7", "wi-fi,Wi‑Fi",
      "wifi,Wi-Fi", "сахар,CAXAP", "vape,𝓥𝓪𝓹𝓮", "vape,Vapes", "hp,НР", "5,5 л", "15,15-я"})
  void soIsThisOne(String rule, String name) {
    assertEquals(List.of("words:" + rule), matching(rule, name));
  }

  private static List<String> matching(String words, String name) {
    RuleSet rules = new RuleSet();
    rules.add(Rule.of(Kind.WORDS, words, null));
    return rules.matching(new Product("1", name, "к", "б", "с", "м"));
  }

  @Test
  void twoRulesThatLookTheSameBothHold() {
    RuleSet rules = new RuleSet();
    rules.add(Rule.of(Kind.BRAND, "Acme", null));
    rules.add(Rule.of(Kind.BRAND, "Асme", null));
    Product product = new Product("1", "ч", "к", "ACME", "с", "м");
    assertEquals(List.of("brand:acme", "brand:асme"), rules.matching(product).stream().sorted().toList());
    rules.remove(Rule.of(Kind.BRAND, "ACME", null));
    assertEquals(List.of("brand:асme"), rules.matching(product));
  }

  @Test
  void idsAreExact() {
    RuleSet rules = new RuleSet();
    rules.add(Rule.of(Kind.ID, "чай-Ё", null));
    assertEquals(List.of(), rules.matching(new Product("чай-е", "ч", "к", "б", "с", "м")));
    assertEquals(List.of("id:чай-Ё"), rules.matching(new Product("чай-Ё", "ч", "к", "б", "с", "м")));
  }

  @Test
  void namesEveryRuleThatMatches() {
    RuleSet rules = new RuleSet();
    rules.add(Rule.of(Kind.WORDS, "часы", null));
    rules.add(Rule.of(Kind.WORDS, "часы умные", null));
    rules.add(Rule.of(Kind.BRAND, "ооо елка", null));
    rules.add(Rule.of(Kind.BRAND, "другой", null));
    assertEquals(List.of("brand:ооо елка", "words:часы", "words:часы умные"),
        rules.matching(CLOCK).stream().sorted().toList());
    rules.remove(Rule.of(Kind.WORDS, "часы", null));
    assertEquals(List.of("brand:ооо елка", "words:часы умные"), rules.matching(CLOCK).stream().sorted().toList());
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "brand:acme | {\"kind\":\"brand\",\"value\":\"Acme\"}",
      "words:елка зеленая | {\"rule\":\"…\",\"kind\":\"words\",\"value\":\" Ёлка  зелёная\",\"x\":[1,{}]}"})
  void readsRules(String id, String value) throws BadRuleException {
    RuleReader reader = new RuleReader();
    assertEquals(id, reader.read(id, value.getBytes(UTF_8)).id());
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "brand:acme | {\"kind\":\"brand\",\"value\":\"Другой\"}",
      "brand:acme | {\"kind\":\"words\",\"value\":\"acme\"}",
      "colour:red | {\"kind\":\"colour\",\"value\":\"red\"}",
      "brand:     | {\"kind\":\"brand\",\"value\":\"  \"}",
      "words:...  | {\"kind\":\"words\",\"value\":\"...\"}",
      "brand:acme | {\"kind\":\"brand\",\"value\":7}",
      "brand:acme | {\"kind\":\"brand\",\"value\":\"acme\"} x",
      "brand:acme | [1]",
      "brand:acme | {",
      "brand:acme | ''"})
  void refusesWhatIsNotARule(String id, String value) {
    assertThrows(BadRuleException.class, () -> new RuleReader().read(id, value.getBytes(UTF_8)));
  }

  /** The commands let in what is {@code added}, and know that the filter takes what is {@code taken}. */
  @Test
  void takesWhatTheCommandsSayItTakes() throws IOException {
    for (JsonNode rule : new ObjectMapper().readTree(new File("../../tests/fixtures/rule-cases.json"))) {
      Kind kind = Kind.of(rule.get("kind").asText());
      String id = kind.code + ':' + kind.name(rule.get("value").asText());
      boolean taken = true;
      try {
        RuleReader reader = new RuleReader();
        reader.read(reader.id(id.getBytes(UTF_8)), rule.toString().getBytes(UTF_8));
      } catch (BadRuleException e) {
        taken = false;
      }
      assertEquals(rule.get("taken").asBoolean(), taken, rule.toString());
      assertTrue(taken || !rule.get("added").asBoolean(), rule.toString());
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "brand:b | {\"kind\":\"brand\",\"value\":\"a\",\"value\":\"b\"}                | true",
      "brand:a | {\"kind\":\"brand\",\"value\":\"a\",\"value\":7}                   | false",
      "brand:a | {\"kind\":\"brand\",\"value\":\"a\",\"change\":\"'%s'\"}               | false"})
  void readsEqualNamesAndLongChangesAsTheCommandsDo(String id, String value, boolean taken) {
    byte[] json = value.replace("'%s'", "c".repeat(101)).getBytes(UTF_8);
    if (taken) {
      assertDoesNotThrow(() -> new RuleReader().read(id, json));
    } else {
      assertThrows(BadRuleException.class, () -> new RuleReader().read(id, json));
    }
  }

  @Test
  void refusesBytesThatAreNotUtf8() {
    assertThrows(BadRuleException.class, () -> new RuleReader().id(new byte[] {'a', (byte) 0xC3}));
    assertThrows(BadRuleException.class, () -> new RuleReader().id(null));
  }
}
