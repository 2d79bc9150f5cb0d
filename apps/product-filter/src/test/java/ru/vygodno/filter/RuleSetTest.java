package ru.vygodno.filter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
      "words    | час                   | false",
      "words    | умные сапоги          | false",
      "words    | 2                     | true",
      "words    | поколение5            | false"})
  void matches(String kind, String value, boolean expected) throws BadRuleException {
    Rule rule = new Rule(Kind.of(kind), Kind.of(kind).ruleForm(value), null);
    RuleSet rules = new RuleSet();
    rules.add(rule);
    assertEquals(expected ? List.of(rule.id()) : List.of(), rules.matching(CLOCK));
    rules.remove(rule);
    assertEquals(List.of(), rules.matching(CLOCK));
  }

  @Test
  void idsAreExact() {
    RuleSet rules = new RuleSet();
    rules.add(new Rule(Kind.ID, "чай-Ё", null));
    assertEquals(List.of(), rules.matching(new Product("чай-е", "ч", "к", "б", "с", "м")));
    assertEquals(List.of("id:чай-Ё"), rules.matching(new Product("чай-Ё", "ч", "к", "б", "с", "м")));
  }

  @Test
  void namesEveryRuleThatMatches() {
    RuleSet rules = new RuleSet();
    rules.add(new Rule(Kind.WORDS, "часы", null));
    rules.add(new Rule(Kind.WORDS, "часы умные", null));
    rules.add(new Rule(Kind.BRAND, "ооо елка", null));
    rules.add(new Rule(Kind.BRAND, "другой", null));
    assertEquals(List.of("brand:ооо елка", "words:часы", "words:часы умные"),
        rules.matching(CLOCK).stream().sorted().toList());
    rules.remove(new Rule(Kind.WORDS, "часы", null));
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

  @Test
  void refusesBytesThatAreNotUtf8() {
    assertThrows(BadRuleException.class, () -> new RuleReader().id(new byte[] {'a', (byte) 0xC3}));
    assertThrows(BadRuleException.class, () -> new RuleReader().id(null));
  }
}
