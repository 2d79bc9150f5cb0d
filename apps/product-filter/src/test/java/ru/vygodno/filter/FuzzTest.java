package ru.vygodno.filter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ru.vygodno.product.MalformedProductException;
import ru.vygodno.product.Product;
import ru.vygodno.product.ProductReader;

/** Whatever comes, the filter goes on. The seed is fixed; {@code FUZZ_RUNS} tries more by hand. */
class FuzzTest {
  private static final int RUNS = Integer.parseInt(System.getenv().getOrDefault("FUZZ_RUNS", "3000"));
  private static final String RULE = "{\"rule\":\"brand:xyz\",\"kind\":\"brand\",\"value\":\"XYZ\",\"reason\":\"проба\","
      + "\"by\":\"a@b\",\"at\":\"2026-01-01T00:00:00Z\",\"change\":\"1\"}";
  private static final List<String> PIECES = List.of("", "Ё", "е\u0308", "İ", "ß", " ", "\u00a0", "-", "XYZ", "ΑΣ", "чай",
      "\u0000", "😀", "'; drop table", "\"", "\\", "{", "null", "1e999", "\uFEFF");

  @TempDir
  Path state;
  private final Random random = new Random(20_261_124);

  private String text() {
    StringBuilder text = new StringBuilder();
    for (int n = random.nextInt(4); n >= 0; n--) {
      text.append(PIECES.get(random.nextInt(PIECES.size())));
    }
    return text.toString();
  }

  /** A few bytes changed, cut off or put in. */
  private byte[] damaged(String text) {
    int at = random.nextInt(text.length());
    String broken = text.substring(0, at) + text() + text.substring(Math.min(text.length(), at + random.nextInt(4)));
    byte[] bytes = broken.getBytes(UTF_8);
    if (random.nextBoolean()) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    return bytes;
  }

  @Test
  void anyBanRecordIsTheRuleOfItsKeyOrRefusedInAFewWords() {
    RuleReader reader = new RuleReader();
    for (int run = 0; run < RUNS; run++) {
      byte[] value = damaged(RULE);
      try {
        assertEquals("brand:xyz", reader.read("brand:xyz", value).id());
      } catch (BadRuleException refused) {
        assertTrue(refused.getMessage().length() < 500, refused.getMessage());
      }
    }
  }

  @Test
  void aRuleAsLargeAsARecordIsSetAsideInADeadLetterThatFits() {
    String huge = "İ".repeat(500_000);
    try (Rig rig = new Rig(state)) {
      rig.writeRule("brand:xyz", RULE.replace("XYZ", huge));
      rig.writeRule("brand:xyz", RULE.replace("\"brand\"", "\"" + huge + "\""));
      rig.writeRule("brand:xyz", RULE.replace(":\"1\"", ":\"" + huge + "\""));
      assertEquals(List.of(true, true, true),
          rig.deadLetters().stream().map(letter -> Rig.header(letter, "detail").length() < 500).toList());
      assertEquals(List.of(), rig.answers());
    }
  }

  /** One product or rule must not hold up the others; the limit leaves room for a busy machine. */
  @ParameterizedTest
  @ValueSource(strings = {"İ", "Σ", "ς", "Ё", "ё\u0308", "e\u0301", "\u0344", "a ", "\u00a0", "😀", "𐐀",
      "\u0327\u0301", "в ", "в-", "ν", "ﷺ", "aж"})
  void aMegabyteOfAnyLetterIsNormalisedInLittleTime(String letter) {
    String form = assertTimeoutPreemptively(Duration.ofSeconds(20), () -> TextForm.of(letter.repeat(500_000)));
    // ﷺ alone stands for 18 characters
    assertTrue(form.length() <= 9_000_000, letter);
  }

  @Test
  void whatShopsSendIsListedOrADeadLetterAndNothingElse() {
    ProductReader reader = new ProductReader();
    Map<String, String> listed = new HashMap<>();
    int refused = 0;
    try (Rig rig = new Rig(state)) {
      for (int run = 0; run < RUNS / 3; run++) {
        String id = "p" + random.nextInt(20);
        byte[] value = damaged(Rig.product(id, Map.of("name", "Чай " + text())));
        try {
          // a store whose name is damaged is none that is declared
          if (reader.read(id.getBytes(UTF_8), value).storeId().equals("store_001")) {
            listed.put(id, new String(value, UTF_8));
          } else {
            refused++;
          }
        } catch (MalformedProductException e) {
          refused++;
        }
        rig.sendBytes(id, value);
        assertEquals(listed, rig.catalog, "run " + run);
      }
      assertTrue(refused > RUNS / 10 && !listed.isEmpty(), refused + " refused, " + listed.size() + " listed");
      assertEquals(refused, rig.deadLetters().size());
    }
  }

  @Test
  void theIndexedRulesMatchWhatEachRuleAloneWould() {
    for (int run = 0; run < RUNS; run++) {
      List<Rule> rules = new ArrayList<>();
      RuleSet all = new RuleSet();
      for (int n = random.nextInt(6); n >= 0; n--) {
        Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
        Rule rule = Rule.of(kind, text(), null);
        if (rule.saysSomething()) {
          rules.removeIf(other -> other.id().equals(rule.id()));
          rules.add(rule);
        }
      }
      rules.forEach(all::add);
      if (!rules.isEmpty() && random.nextBoolean()) {
        all.remove(rules.get(0));
        rules.removeIf(rules.get(0)::equals);
      }
      Product product = new Product(text(), text(), text(), text(), text(), text());
      List<String> alone = rules.stream().filter(rule -> bans(rule, product)).map(Rule::id).distinct().sorted().toList();
      assertEquals(alone, all.matching(product).stream().sorted().toList(), product.toString());
    }
  }

  private static boolean bans(Rule rule, Product product) {
    return rule.kind() == Kind.WORDS
        ? WordRule.of(rule.id(), rule.text()).matches(NameWords.of(TextForm.of(product.name()), true))
        : rule.kind().productKey(product).equals(rule.kind().ruleKey(rule));
  }
}
