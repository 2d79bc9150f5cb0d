package ru.vygodno.filter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ru.vygodno.product.ProductReader;

/** A product id belongs to the store that listed it first. */
class OwnershipTest extends OnRig {
  private static final String OTHERS = of("store_002", 1);

  private static String of(String store, int price) {
    return of("1", store, price);
  }

  private static String of(String id, String store, int price) {
    return Rig.product(id, Map.of("store_id", store, "brand", "Acme", "description", "за " + price));
  }

  private void refused(int letters) {
    var set = rig.deadLetters();
    assertEquals(letters, set.size());
    set.forEach(letter -> assertEquals("foreign-product", Rig.header(letter, "reason")));
  }

  @Test
  void anotherStoreNeitherChangesAProductNorTakesItOver() {
    String own = of("store_001", 10);
    rig.send("1", own);
    rig.send("1", OTHERS);
    assertEquals(Map.of("1", own), rig.catalog);
    var letters = rig.deadLetters();
    assertEquals("foreign-product", Rig.header(letters.get(0), "reason"));
    assertEquals("store_id: expected \"store_001\", which the product belongs to, got \"store_002\"",
        Rig.header(letters.get(0), "detail"));
    assertArrayEquals(OTHERS.getBytes(UTF_8), letters.get(0).value());
    String cheaper = of("store_001", 9);
    rig.send("1", cheaper);
    assertEquals(Map.of("1", cheaper), rig.catalog, "its own store may");
    refused(0);
  }

  @Test
  void aForeignRecordHidesNothingFromRules() {
    String own = of("store_001", 10);
    rig.send("1", own);
    rig.send("1", OTHERS);
    assertEquals(1, rig.ban("store", "store_001").get("retracted").asInt());
    assertEquals(0, rig.ban("store", "store_002").get("retracted").asInt());
    rig.send("1", OTHERS);
    assertEquals(1, rig.lift("store:store_001").get("reinstated").asInt());
    assertEquals(Map.of("1", own), rig.catalog);
    rig.send("1", null);
    assertEquals(Map.of(), rig.catalog);
  }

  @Test
  void aStoreThatIsNotDeclaredListsNothing() {
    rig.send("1", of("store_999", 10));
    assertEquals(Map.of(), rig.catalog);
    refused(1);
    assertEquals(0, rig.ban("id", "1").get("retracted").asInt());
    rig.lift("id:1");
    rig.send("1", null);
    rig.send("1", OTHERS);
    assertEquals(Map.of("1", OTHERS), rig.catalog);
  }

  @Test
  void aStoreSendsByItsOwnTopicOnly() {
    String own = of("own_1", 10);
    rig.send("1", own);
    rig.sendBy("partner", "1", OTHERS);
    assertEquals(Map.of(), rig.catalog);
    refused(2);
    rig.sendBy("partner", "1", own);
    assertEquals(Map.of("1", own), rig.catalog);
  }

  @Test
  void whatCameByAnotherTopicIsChangedWithdrawnAndBannedThereOnly() {
    String own = of("own_1", 10);
    rig.sendBy("partner", "1", own);
    rig.send("1", of("own_1", 1));
    rig.send("1", OTHERS);
    rig.send("1", null);
    assertEquals(Map.of("1", own), rig.catalog);
    refused(3);
    assertEquals(1, rig.ban("brand", "Acme").get("retracted").asInt());
    assertEquals(1, rig.lift("brand:acme").get("reinstated").asInt());
    assertEquals(Map.of("1", own), rig.catalog);
    assertEquals(1, rig.ban("id", "1").get("retracted").asInt());
    rig.sendBy("partner", "1", own);
    assertEquals(Map.of(), rig.catalog);
    assertEquals(1, rig.lift("id:1").get("reinstated").asInt());
    rig.sendBy("partner", "1", null);
    assertEquals(Map.of(), rig.catalog);
  }

  @Test
  void whoMayNotSendForAStoreWithdrawsNothingOfIt() {
    rig.send("1", OTHERS);
    rig.sendBy("partner", "1", null);
    assertEquals(Map.of("1", OTHERS), rig.catalog);
    refused(1);
    rig.sendBy("partner", "2", null);
    refused(0);
  }

  @Test
  void whoSaysForWhichStoreHeWithdrawsIsHeldToIt() {
    rig.send("1", OTHERS);
    rig.withdrawAs("store_001", "1");
    assertEquals(Map.of("1", OTHERS), rig.catalog);
    refused(1);
    rig.withdrawAs("store_002", "1");
    assertEquals(Map.of(), rig.catalog);
    refused(0);
  }

  @Test
  void aWithdrawnProductStaysItsStores() {
    rig.send("1", OTHERS);
    rig.send("1", null);
    rig.send("1", of("store_001", 10));
    rig.sendBy("partner", "1", of("own_1", 10));
    assertEquals(Map.of(), rig.catalog);
    refused(2);
    assertEquals(0, rig.ban("brand", "Acme").get("retracted").asInt());
    assertEquals(0, rig.lift("brand:acme").get("reinstated").asInt());
    rig.send("1", OTHERS);
    assertEquals(Map.of("1", OTHERS), rig.catalog);
  }

  @Test
  void whatWasListedBeforeStoresWereDeclaredKeepsItsStore() {
    rig.listedBefore("1", OTHERS);
    rig.send("1", of("store_001", 1));
    assertEquals(Map.of("1", OTHERS), rig.catalog);
    refused(1);
    rig.send("1", of("store_002", 2));
    assertEquals(Map.of("1", of("store_002", 2)), rig.catalog);
  }

  @ParameterizedTest
  @ValueSource(strings = {"vygodno-canary", "vygodno-canary-banned", "vygodno-canary x"})
  void monitoringHasIdsOfItsOwnAndNoOthers(String id) {
    rig.send(id, of(id, "store_001", 1));
    rig.sendBy("partner", id, of(id, "own_1", 1));
    rig.send(id, of(id, "vygodno-canary", 1));
    rig.send("1", OTHERS);
    rig.sendBy("canary", "1", of("vygodno-canary", 1));
    rig.sendBy("canary", "1", of("store_002", 1));
    rig.sendBy("canary", "1", null);
    rig.sendBy("canary", "2", of("2", "vygodno-canary", 1));
    assertEquals(Map.of("1", OTHERS), rig.catalog);
    refused(7);
    rig.sendBy("canary", id, of(id, "vygodno-canary", 1));
    assertEquals(Set.of("1", id), rig.catalog.keySet());
    rig.send(id, null);
    refused(1);
    rig.sendBy("canary", id, null);
    assertEquals(Set.of("1"), rig.catalog.keySet());
  }

  @Test
  void aModeratorGivesAProductToAnotherStore() {
    String first = of("store_001", 10);
    rig.send("1", first);
    rig.transfer("1", "{\"store\":\"own_1\",\"change\":\"c7\"}");
    List<JsonNode> answers = rig.answers();
    assertEquals("store_001 own_1 c7 transferred", "%s %s %s %s".formatted(answers.get(0).get("from").asText(),
        answers.get(0).get("to").asText(), answers.get(0).get("change").asText(),
        answers.get(0).get("action").asText()));
    assertTrue(answers.get(1).isNull());
    assertEquals(Map.of("1", first), rig.catalog, "it stays listed");
    rig.send("1", of("store_001", 1));
    rig.send("1", null);
    assertEquals(Map.of("1", first), rig.catalog);
    refused(2);
    assertEquals(1, rig.ban("store", "store_001").get("retracted").asInt());
    assertEquals(1, rig.lift("store:store_001").get("reinstated").asInt());
    String next = of("own_1", 11);
    rig.sendBy("partner", "1", next);
    assertEquals(Map.of("1", next), rig.catalog);

    rig.transfer("1", "{\"store\":\"store_001\"}");
    rig.sendBy("partner", "1", null);
    refused(1);
    rig.send("1", first);
    assertEquals(Map.of("1", first), rig.catalog, "and back");
    rig.sendBy("partner", "1", next);
    refused(1);
  }

  @Test
  void anIdNobodyHasListedCanBeKeptForAStore() {
    rig.transfer("1", "{\"store\":\"store_002\"}");
    assertTrue(rig.answers().get(0).get("from").isNull());
    rig.send("1", of("store_001", 1));
    refused(1);
    rig.send("1", OTHERS);
    assertEquals(Map.of("1", OTHERS), rig.catalog);
    rig.transfer("1", null);
    rig.send("1", of("store_001", 1));
    refused(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "{}", "{\"store\":7}", "{\"store\":\"store_999\"}",
      "{\"store\":\"vygodno-canary\"}"})
  void whatIsNoTransferChangesNothing(String value) {
    rig.send("1", OTHERS);
    rig.transfer("1", value);
    rig.transfer("vygodno-canary-banned", "{\"store\":\"store_002\"}");
    assertEquals(List.of("bad-transfer", "bad-transfer"),
        rig.deadLetters().stream().map(letter -> Rig.header(letter, "reason")).toList());
    rig.send("1", of("store_002", 2));
    assertEquals(Map.of("1", of("store_002", 2)), rig.catalog);
  }

  @Test
  void aHoldOfAnEarlierVersionIsRead() {
    byte[] blocked = {0, 1, 0, 1, 'x', 0};
    assertEquals(List.of("x"), Hold.decode(blocked).rules());
    assertNull(Hold.decode(blocked).owner());
    byte[] malformed = {0, 0, 1, '{', '}'};
    assertTrue(Hold.decode(malformed).aside());
    assertEquals(2, Hold.decode(malformed).original().length);
    Hold owned = Hold.decode(new Hold(List.of("r"), new byte[] {'{'}, true, "магазин").encode());
    assertEquals("магазин", owned.owner());
    assertEquals(1, owned.original().length);
    assertArrayEquals(Hold.blockedBy(List.of("x")).encode(), blocked);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
      "{\"a\":1,\"store_id\":\"магазин 1\"}|магазин 1", "{\"store_id\":\"s\"}|s", "{\"store_id\":\"s\",\"a\":[]} |s",
      "{\"a\":1,\"store_id\":\"s\\u0031\"}|s1", "{\"a\":1, \"store_id\" : \"s\" }|s",
      "{\"store_id\":\"s\",\"a\":{\"b\":1,\"store_id\":\"other\"}}|s",
      "{\"store_id\":\"s\",\"a\":\"b,\\\"store_id\\\":\\\"other\"}|s",
      "{\"store_id\":\"s\",\"a\":\"b,\\\"store_id\\\":other\"}|s", "{\"store_id\":7}|", "\"}|", "}|", "{|",
      "{\"a\":1,\"store_id\":\"\"}|``"})
  void theStoreOfAVersionIsItsFieldWhereverItStands(String version, String store) {
    assertEquals(store, new ProductReader().storeOf(version.getBytes(UTF_8)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "a:", "a:b;", "a:b,", "a:b;c:b", ":b", "a:b:c"})
  void aDeclarationThatIsNoneIsRefused(String declared) {
    assertThrows(IllegalArgumentException.class, () -> new Stores(declared));
  }
}
