package ru.vygodno.filter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FilterTest extends OnRig {
  private static String product(String id, String brand) {
    return Rig.product(id, Map.of("brand", brand));
  }

  private static void assertAnswer(JsonNode answer, String action, int retracted, int reinstated, int blocked) {
    assertEquals("%s -%d +%d =%d".formatted(action, retracted, reinstated, blocked), "%s -%d +%d =%d".formatted(
        answer.get("action").asText(), answer.get("retracted").asInt(), answer.get("reinstated").asInt(),
        answer.get("blocked").asInt()));
    assertEquals("c1", answer.get("change").asText());
    assertEquals(0, answer.get("partition").asInt());
  }

  @Test
  void listsAllowedProductsByteForByte() {
    String raw = " " + product("1", "Acme") + "\n";
    rig.send("1", raw);
    assertEquals(Map.of("1", raw), rig.catalog);
    assertEquals(List.of(), rig.audit());
  }

  @ParameterizedTest
  @CsvSource({"id,1", "sku,sku-1", "brand,ЗЛОЙ бренд", "category,электроника", "store,Store_001", "words,часы умные"})
  void everyKindOfRuleHoldsBackRetractsAndReinstates(String kind, String value) {
    String raw = product("1", "Злой бренд");
    rig.send("1", raw);
    JsonNode added = rig.ban(kind, value);
    assertAnswer(added, "added", 1, 0, 1);
    assertEquals(Map.of(), rig.catalog);
    String rule = added.get("rule").asText();
    assertEquals(List.of("retracted 1 [\"" + rule + "\"]"), rig.audit());

    rig.send("1", raw);
    assertEquals(Map.of(), rig.catalog);
    assertEquals(List.of("blocked 1 [\"" + rule + "\"]"), rig.audit());

    assertAnswer(rig.lift(rule), "removed", 0, 1, 0);
    assertEquals(Map.of("1", raw), rig.catalog);
    assertEquals(List.of("reinstated 1 [\"" + rule + "\"]"), rig.audit());
  }

  @Test
  void aRemovalIsAnsweredThenForgotten() {
    rig.ban("brand", "Acme");
    rig.writeRule("brand:acme", null);
    List<JsonNode> answers = rig.answers();
    assertEquals(2, answers.size());
    assertAnswer(answers.get(0), "removed", 0, 0, 0);
    assertTrue(answers.get(1).isNull());
  }

  @Test
  void twoRulesBothHaveToGo() {
    rig.send("1", product("1", "Acme"));
    assertAnswer(rig.ban("brand", "Acme"), "added", 1, 0, 1);
    assertAnswer(rig.ban("words", "часы"), "added", 0, 0, 1);
    assertAnswer(rig.lift("brand:acme"), "removed", 0, 0, 0);
    assertEquals(Map.of(), rig.catalog);
    rig.audit();
    assertAnswer(rig.lift("words:часы"), "removed", 0, 1, 0);
    assertEquals(Set.of("1"), rig.catalog.keySet());
    assertEquals(List.of("reinstated 1 [\"words:часы\"]"), rig.audit());
  }

  @Test
  void aRuleCanComeAgain() {
    rig.send("1", product("1", "Acme"));
    for (int i = 0; i < 3; i++) {
      assertAnswer(rig.ban("brand", "acme"), "added", 1, 0, 1);
      assertAnswer(rig.lift("brand:acme"), "removed", 0, 1, 0);
    }
  }

  @Test
  void aRepeatedRuleChangesNothingAndAnswers() {
    rig.send("1", product("1", "Acme"));
    rig.ban("brand", "Acme");
    rig.audit();
    assertAnswer(rig.ban("brand", "ACME"), "added", 0, 0, 1);
    assertEquals(List.of(), rig.audit());
    assertAnswer(rig.lift("brand:acme"), "removed", 0, 1, 0);
  }

  @Test
  void removingAnUnknownRuleAnswers() {
    assertAnswer(rig.lift("brand:никто"), "removed", 0, 0, 0);
  }

  @Test
  void aProductThatChangesComesAndGoes() {
    rig.ban("brand", "Злой");
    rig.send("1", product("1", "Добрый"));
    assertEquals(Set.of("1"), rig.catalog.keySet());
    rig.send("1", product("1", "Злой"));
    assertEquals(Set.of(), rig.catalog.keySet());
    rig.send("1", product("1", "Добрый"));
    assertEquals(Set.of("1"), rig.catalog.keySet());
    assertEquals(List.of("retracted 1 [\"brand:злой\"]", "reinstated 1 [\"brand:злой\"]"), rig.audit());
  }

  @Test
  void aWithdrawnProductGoesAndAnUnknownOneLeavesNoTrace() {
    rig.send("1", product("1", "Acme"));
    rig.send("1", null);
    rig.send("1", null);
    rig.send("2", null);
    assertEquals(Map.of(), rig.catalog);
    assertEquals(List.of(), rig.audit());
  }

  @Test
  void aWithdrawnProductIsNotReinstated() {
    rig.ban("brand", "Acme");
    rig.send("1", product("1", "Acme"));
    rig.send("1", null);
    assertAnswer(rig.lift("brand:acme"), "removed", 0, 0, 0);
    assertEquals(Map.of(), rig.catalog);
  }

  @Test
  void aDeadLetterHasNoMoreHeadersThanABrokerTakes() {
    rig.sendWithHeaders("1", "no product", 100);
    var letter = rig.deadLetters().get(0);
    assertTrue(letter.headers().toArray().length <= 100, "a letter that is refused would stop the filter");
    assertEquals("h89", letter.headers().toArray()[89].key());
    assertEquals("0", Rig.header(letter, "source.offset"));
  }

  @Test
  void aMalformedRecordIsSetAsideWithItsReason() {
    byte[] raw = {'{', (byte) 0xFF};
    rig.sendBytes("1", raw);
    var letters = rig.deadLetters();
    assertEquals(1, letters.size());
    assertArrayEquals("1".getBytes(UTF_8), letters.get(0).key());
    assertArrayEquals(raw, letters.get(0).value());
    assertEquals("bad-utf8", Rig.header(letters.get(0), "reason"));
    assertEquals("expected UTF-8, got other bytes", Rig.header(letters.get(0), "detail"));
    assertEquals("shop.products", Rig.header(letters.get(0), "source.topic"));
    assertEquals("0", Rig.header(letters.get(0), "source.partition"));
    assertEquals("0", Rig.header(letters.get(0), "source.offset"));
    assertTrue(Long.parseLong(Rig.header(letters.get(0), "source.timestamp")) >= 0);
    assertEquals(Map.of(), rig.catalog);
  }

  @Test
  void aRecordUnderAnotherKeyOrNoneIsSetAside() {
    rig.send("2", product("1", "Acme"));
    rig.send(null, product("1", "Acme"));
    var letters = rig.deadLetters();
    assertEquals(2, letters.size());
    letters.forEach(letter -> assertEquals("key-mismatch", Rig.header(letter, "reason")));
    assertNull(letters.get(1).key());
    assertEquals(Map.of(), rig.catalog);
  }

  @Test
  void aMalformedRecordNeitherReplacesNorHidesTheValidVersion() {
    String good = product("1", "Acme");
    rig.send("1", good);
    rig.send("1", "{");
    rig.send("1", "мусор");
    assertEquals(Map.of("1", good), rig.catalog);
    assertAnswer(rig.ban("brand", "Acme"), "added", 1, 0, 1);
    rig.send("1", "снова мусор");
    assertAnswer(rig.lift("brand:acme"), "removed", 0, 1, 0);
    assertEquals(Map.of("1", good), rig.catalog);
    rig.send("1", null);
    assertEquals(Map.of(), rig.catalog);
  }

  @Test
  void aMalformedRecordOverABlockedProductIsNotLetThroughAndNotForgotten() {
    rig.ban("brand", "Acme");
    String bad = product("1", "Acme");
    rig.send("1", bad);
    rig.send("1", "{");
    assertEquals(Map.of(), rig.catalog);
    assertAnswer(rig.lift("brand:acme"), "removed", 0, 1, 0);
    assertEquals(Map.of("1", bad), rig.catalog);
    assertAnswer(rig.ban("id", "1"), "added", 1, 0, 1);
  }

  @Test
  void aMalformedRecordAloneIsNoProduct() {
    rig.send("1", "{");
    assertAnswer(rig.ban("id", "1"), "added", 0, 0, 0);
    rig.send("1", null);
    rig.send("1", "{");
    rig.lift("id:1");
    assertEquals(Map.of(), rig.catalog);
    rig.send("1", product("1", "Acme"));
    assertEquals(Set.of("1"), rig.catalog.keySet());
  }

  @Test
  void aProductUnderAnotherKeyIsNoProduct() {
    rig.send("2", product("1", "Acme"));
    assertAnswer(rig.ban("brand", "Acme"), "added", 0, 0, 0);
    assertEquals(List.of(), rig.audit());
    rig.send("2", null);
  }

  @Test
  void changedCountsAreToldOnceASecond() {
    rig.ban("brand", "Acme");
    for (int i = 0; i < 10; i++) {
      rig.send("p" + i, product("p" + i, "Acme"));
    }
    assertEquals(List.of(), rig.answers());
    rig.wait(Duration.ofSeconds(1));
    List<JsonNode> answers = rig.answers();
    assertEquals(1, answers.size());
    assertAnswer(answers.get(0), "updated", 0, 0, 10);
    rig.wait(Duration.ofSeconds(5));
    assertEquals(List.of(), rig.answers());
    rig.send("p3", null);
    rig.wait(Duration.ofSeconds(1));
    assertAnswer(rig.answers().get(0), "updated", 0, 0, 9);
  }

  @ParameterizedTest
  @CsvSource({"id,1", "sku,sku 1", "brand,acme", "category,электроника", "store,store_001", "words,часы умные"})
  void aListedProductThatTheDoorRefusesNowIsJudgedAllTheSame(String kind, String value) {
    String raw = Rig.product("1", Map.of("sku", " SKU\u00a01 ", "brand", "Acme", "created_at", "когда-то"));
    rig.listedBefore("1", raw);
    rig.sendBytes("1", raw.getBytes(UTF_8));
    assertEquals(1, rig.deadLetters().size(), "the door refuses it");
    assertAnswer(rig.ban("brand", "Другой"), "added", 0, 0, 0);
    String rule = rig.ban(kind, value).get("rule").asText();
    assertEquals(Map.of(), rig.catalog);
    assertEquals(List.of("retracted 1 [\"" + rule + "\"]"), rig.audit());
    assertAnswer(rig.lift(rule), "removed", 0, 1, 0);
    assertEquals(Map.of("1", raw), rig.catalog);
    assertEquals(List.of("reinstated 1 [\"" + rule + "\"]"), rig.audit());
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "[]", "{\"product_id\":\"1\",\"brand\":\"Acme\"}", "{\"name\":7,\"brand\":{}}"})
  void aListedProductThatCannotBeJudgedAnyMoreIsHeldBackByAnyRule(String raw) {
    rig.listedBefore("1", raw);
    assertAnswer(rig.ban("brand", "Другой"), "added", 1, 0, 1);
    assertEquals(Map.of(), rig.catalog);
    assertEquals(List.of("retracted 1 [\"brand:другой\"]"), rig.audit());
  }

  @Test
  void seedMarksAreNotRules() {
    rig.writeRule("seed:base", "{\"version\":1}");
    rig.writeRule("seed:base", null);
    assertEquals(List.of(), rig.answers());
    assertEquals(List.of(), rig.deadLetters());
  }

  @Test
  void nothingIsListedBeforeTheListHasCome() {
    try (Rig closed = Rig.closed(state.resolve("closed"))) {
      closed.send("1", product("1", "Acme"));
      closed.send("2", product("2", "Злой"));
      assertAnswer(closed.ban("brand", "Злой"), "added", 0, 0, 1);
      closed.send("3", product("3", "Злой"));
      closed.send("4", product("4", "Acme"));
      closed.send("4", "{");
      closed.send("5", product("5", "Acme"));
      closed.send("5", null);
      assertEquals(Map.of(), closed.catalog);
      assertEquals(List.of("blocked 1 [\"seed:bans\"]", "blocked 2 [\"seed:bans\"]",
          "blocked 3 [\"brand:злой\",\"seed:bans\"]", "blocked 4 [\"seed:bans\"]", "blocked 5 [\"seed:bans\"]"),
          closed.audit());

      closed.mark("{\"version\":1}");
      assertEquals(Set.of("1", "4"), closed.catalog.keySet());
      assertAnswer(closed.answers().get(0), "added", 0, 2, 0);
      assertEquals(List.of("blocked 2 [\"brand:злой\"]", "blocked 3 [\"brand:злой\"]", "reinstated 1 [\"seed:bans\"]",
          "reinstated 4 [\"seed:bans\"]"), closed.audit().stream().sorted().toList());
      closed.send("6", product("6", "Acme"));
      assertEquals(Set.of("1", "4", "6"), closed.catalog.keySet());
      assertEquals(List.of(), closed.needlessTombstones);
    }
  }

  @Test
  void aRuleLiftedBeforeTheListHasComeListsNothing() {
    try (Rig closed = Rig.closed(state.resolve("closed"))) {
      closed.ban("brand", "Acme");
      closed.send("1", product("1", "Acme"));
      assertAnswer(closed.lift("brand:acme"), "removed", 0, 0, 0);
      assertEquals(Map.of(), closed.catalog);
      closed.mark("{\"version\":2}");
      assertEquals(Set.of("1"), closed.catalog.keySet());
    }
  }

  @Test
  void aClosedFilterSaysSoWhenItStarts() {
    try (Rig closed = Rig.closed(state.resolve("closed"))) {
      closed.wait(Duration.ofMillis(5));
      assertEquals(List.of("seed:bans"), closed.forgotten());
      closed.wait(Duration.ofSeconds(3));
      assertEquals(List.of(), closed.forgotten());
    }
    rig.wait(Duration.ofSeconds(3));
    assertEquals(List.of(), rig.forgotten());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "{}", "[1]", "1", "{\"version\":0}", "{\"version\":-1}", "{\"version\":\"1\"}",
      "{\"version\":99999999999}", "{\"version\":1} x", "{\"version\":1.5}"})
  void whatIsNoMarkOpensNothingAndClosesNothing(String mark) {
    try (Rig closed = Rig.closed(state.resolve("closed"))) {
      closed.mark(mark);
      closed.send("1", product("1", "Acme"));
      assertEquals(Map.of(), closed.catalog);
      assertEquals("bad-rule", Rig.header(closed.deadLetters().get(0), "reason"));
    }
    rig.mark(mark);
    rig.send("1", product("1", "Acme"));
    assertEquals(Set.of("1"), rig.catalog.keySet());
  }

  @Test
  void aMarkTakenAwayClosesAndTheNextOneOpensAgain() {
    rig.send("1", product("1", "Acme"));
    rig.mark(null);
    List<JsonNode> answers = rig.answers();
    assertAnswer(answers.get(0), "removed", 0, 0, 0);
    assertTrue(answers.get(1).isNull());
    assertEquals(Set.of("1"), rig.catalog.keySet(), "what is listed stays");
    rig.send("1", product("1", "Добрый"));
    rig.send("2", product("2", "Добрый"));
    assertEquals(Set.of(), rig.catalog.keySet(), "what is new waits");
    assertEquals(List.of("retracted 1 [\"seed:bans\"]", "blocked 2 [\"seed:bans\"]"), rig.audit());
    rig.mark("{\"version\":1}");
    assertEquals(Set.of("1", "2"), rig.catalog.keySet());
    rig.mark("{\"version\":2}");
    assertEquals(Set.of("1", "2"), rig.catalog.keySet());
  }

  @Test
  void aBrokenRuleIsSetAsideAndTheOneBeforeItStays() {
    rig.ban("brand", "Acme");
    rig.writeRule("brand:acme", "{");
    assertEquals(List.of(), rig.answers());
    var letters = rig.deadLetters();
    assertEquals("bad-rule", Rig.header(letters.get(0), "reason"));
    assertEquals("catalog.bans", Rig.header(letters.get(0), "source.topic"));
    rig.send("1", product("1", "Acme"));
    assertEquals(Map.of(), rig.catalog);
  }

  @Test
  void anEnormousNameFitsTheAuditRecord() {
    rig.listedBefore("1", Rig.product("1", Map.of("brand", "Acme", "name", "ё".repeat(400_000))));
    rig.ban("brand", "Acme");
    String audit = rig.auditTexts().get(0);
    assertTrue(audit.length() < 1_500, audit.length() + " characters");
  }

  @Test
  void answersGoToThePartitionThatGivesThem() {
    assertEquals(Set.of(4),
        AnswerKey.PARTITIONER.partitions("t", new AnswerKey("brand:x", 4), new byte[0], 6).orElseThrow());
    assertArrayEquals("brand:ё".getBytes(UTF_8), AnswerKey.SERIALIZER.serialize("t", new AnswerKey("brand:ё", 4)));
  }
}
