package ru.vygodno.recommend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ru.vygodno.job.Arguments;
import ru.vygodno.job.Failure;

/** The whole job on a lake of files. */
class RecommendTest {
  private static final int USERS = 400;
  private static final String COLLECTOR = "collector";
  private static final String GRUMBLER = "grumbler";
  private static final Set<String> PERSONAL = Set.of(Recipe.CO_OCCURRENCE, Recipe.ALS);

  @TempDir
  private static Path folder;
  private static Market market;
  private static Map<String, JsonNode> lists;

  @BeforeAll
  static void recommend() throws IOException {
    market = new Market(USERS, 40, 1);
    // has everything but three products
    for (int i = 0; i < Market.PRODUCTS - 3; i++) {
      market.add(COLLECTOR, Market.id(i), "purchase", 1_000 + i);
    }
    // bought one thing and did not like it: no interest is left
    market.add(GRUMBLER, Market.id(0), "purchase", 4);
    market.add(GRUMBLER, Market.id(0), "review", 5);
    market.write(Local.SPARK, folder.resolve("lake"));
    lists = run("one.jsonl");
  }

  @Test
  void everyUserAndEverybodyElseGetsAList() {
    assertEquals(USERS + 3, lists.size());
    assertEquals(20, lists.get("user-0000").path("items").size());
  }

  @Test
  void neverBannedOutOfStockInHandOrTwice() {
    int seen = 0;
    for (Map.Entry<String, JsonNode> list : lists.entrySet()) {
      Set<String> products = new HashSet<>();
      for (JsonNode item : list.getValue().path("items")) {
        String product = item.path("product_id").asText();
        assertFalse(Market.banned(product), list.getKey() + " gets a banned one, " + product);
        assertFalse(Market.outOfStock(product), list.getKey() + " gets one out of stock, " + product);
        assertFalse(market.inHand(list.getKey()).contains(product), list.getKey() + " has " + product);
        assertTrue(products.add(product), list.getKey() + " gets twice " + product);
        seen++;
      }
    }
    // the twin of the denials: users do get lists, and there was something to deny
    assertTrue(seen > USERS * 15, "only " + seen);
    assertTrue(market.inHand("user-0000").stream().anyMatch(id -> !Market.banned(id)));
  }

  @Test
  void bestFirst() {
    for (JsonNode list : lists.values()) {
      double last = Double.MAX_VALUE;
      for (JsonNode item : list.path("items")) {
        assertTrue(item.path("score").asDouble() <= last, list.toString());
        last = item.path("score").asDouble();
      }
    }
  }

  @Test
  void everyItemHasAReasonAndNoneNamesWhatIsBanned() {
    Set<String> kinds = new HashSet<>();
    for (JsonNode list : lists.values()) {
      for (JsonNode item : list.path("items")) {
        String reason = item.path("reason").asText();
        assertTrue(reason.matches("(bought together with|viewed together with) Товар p\\d+"
            + "|popular in Категория \\d|you looked at it|liked by customers with your taste"), reason);
        assertEquals(reason.contains("together"), item.has("reason_product_id"), reason);
        assertFalse(item.has("reason_product_id") && Market.banned(item.path("reason_product_id").asText()));
        kinds.add(reason.split(" (Товар|Категория)")[0]);
      }
    }
    assertTrue(kinds.containsAll(Set.of("bought together with", "popular in")), kinds.toString());
  }

  @Test
  void whoseInterestsAreUnknownGetsWhatIsPopular() {
    for (String user : List.of(Documents.ANYBODY, GRUMBLER)) {
      assertEquals(Advice.FALLBACK, lists.get(user).path("model").asText());
      assertEquals(20, lists.get(user).path("items").size());
      assertTrue(lists.get(user).path("items").path(0).path("reason").asText().startsWith("popular in"));
    }
    assertTrue(PERSONAL.contains(lists.get("user-0001").path("model").asText()));
  }

  @Test
  void whoHasNearlyEverythingGetsTheRest() {
    Set<String> left = new HashSet<>();
    lists.get(COLLECTOR).path("items").forEach(item -> left.add(item.path("product_id").asText()));
    Set<String> expected = new HashSet<>();
    for (int i = Market.PRODUCTS - 3; i < Market.PRODUCTS; i++) {
      if (!Market.banned(Market.id(i)) && !Market.outOfStock(Market.id(i))) {
        expected.add(Market.id(i));
      }
    }
    assertEquals(expected, left);
  }

  @Test
  void theSameDataGiveTheSameLists() throws IOException {
    assertEquals(lists, run("two.jsonl"));
  }

  @Test
  void anEmptyLakeIsNamed() {
    Failure failure = assertThrows(Failure.class, () -> new Recommend().run(Local.SPARK, Arguments.parse(
        new String[] {"--lake", folder.resolve("nowhere").toUri().toString(), "--out", folder + "/none.jsonl"},
        new Recommend().arguments())));
    assertTrue(failure.line().startsWith("NO_PRODUCTS "), failure.line());
    assertEquals(Failure.PREREQUISITE, failure.exit());
  }

  private static Map<String, JsonNode> run(String file) throws IOException {
    Path out = folder.resolve(file);
    new Recommend().run(Local.SPARK, Arguments.parse(new String[] {"--lake",
        folder.resolve("lake").toUri().toString(), "--out", out.toString()}, new Recommend().arguments()));
    Map<String, JsonNode> lists = new TreeMap<>();
    for (String line : Files.readAllLines(out)) {
      JsonNode list = new ObjectMapper().readTree(line);
      ((ObjectNode) list).remove("computed_at");
      lists.put(list.path("user_id").asText(), list);
    }
    return lists;
  }
}
