package ru.vygodno.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random histories of products and rules: after every step the catalogue is what a naive model says it should be. */
class FilterModelTest {
  private static final List<String> BRANDS = List.of("Ёлка", "ЕЛКА", "Acme", "Добрый");
  private static final List<String> CATEGORIES = List.of("Чай", "Электроника");
  private static final List<String> WORDS = List.of("зелёный", "чай", "умные", "часы");
  private static final List<String> RULES = List.of("brand:елка", "brand:acme", "category:чай", "words:чай",
      "words:зеленый чай", "id:p1", "id:p2", "sku:sku-p3", "store:s1", "words:умные");

  @TempDir
  Path state;
  private final Map<String, Map<String, String>> products = new TreeMap<>();
  private final Map<String, String> raw = new TreeMap<>();
  private final Map<String, String> owners = new TreeMap<>();
  private final Set<String> rules = new TreeSet<>();
  private final Set<String> waiting = new TreeSet<>();
  private boolean open;
  private int step;

  static Stream<Long> seeds() {
    return LongStream.rangeClosed(1, 20).boxed();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void theCatalogueIsTheAllowedProducts(long seed) {
    Random random = new Random(seed);
    try (Rig rig = Rig.closed(state)) {
      for (step = 0; step < 300; step++) {
        String id = "p" + random.nextInt(8);
        switch (random.nextInt(open ? 40 : 12)) {
          case 10, 11 -> mark(rig);
          case 0, 1 -> ban(rig, RULES.get(random.nextInt(RULES.size())));
          case 2, 3 -> lift(rig, RULES.get(random.nextInt(RULES.size())));
          case 4 -> rig.send(id, "{\"product_id\":\"" + id + "\"");
          case 5 -> withdraw(rig, id);
          case 6 -> rig.sendBy("canary", id, null);
          case 7 -> transfer(rig, id, "S" + random.nextInt(3));
          default -> send(rig, id, random);
        }
        assertEquals(expectedCatalog(), rig.catalog, "seed " + seed + ", step " + step);
        assertEquals(List.of(), rig.needlessTombstones, "seed " + seed + ", step " + step);
      }
      if (!open) {
        mark(rig);
      }
      toldCountsAreTrue(rig);
    }
  }

  private void send(Rig rig, String id, Random random) {
    Map<String, String> fields = Map.of("brand", BRANDS.get(random.nextInt(BRANDS.size())),
        "category", CATEGORIES.get(random.nextInt(CATEGORIES.size())),
        "name", WORDS.get(random.nextInt(WORDS.size())) + ", " + WORDS.get(random.nextInt(WORDS.size())),
        "description", "шаг " + step, "store_id", "S" + random.nextInt(3));
    String owner = owners.computeIfAbsent(id, first -> fields.get("store_id"));
    if (!owner.equals(fields.get("store_id"))) {
      rig.send(id, Rig.product(id, fields));
      return;
    }
    products.put(id, fields);
    raw.put(id, Rig.product(id, fields));
    if (!open) {
      waiting.add(id);
    }
    rig.send(id, raw.get(id));
  }

  private void transfer(Rig rig, String id, String store) {
    owners.put(id, store);
    rig.transfer(id, "{\"store\":\"" + store + "\"}");
  }

  /** The mark of the list comes, or is taken away. */
  private void mark(Rig rig) {
    int before = expectedCatalog().size();
    open = !open;
    if (open) {
      waiting.clear();
    }
    rig.answers();
    rig.mark(open ? "{\"version\":1}" : null);
    assertEquals(expectedCatalog().size() - before, rig.answers().get(0).get("reinstated").asInt(), "mark at " + step);
  }

  private void withdraw(Rig rig, String id) {
    products.remove(id);
    raw.remove(id);
    waiting.remove(id);
    rig.send(id, null);
  }

  private void ban(Rig rig, String rule) {
    Set<String> before = expectedCatalog().keySet();
    rules.add(rule);
    rig.answers();
    JsonNode answer = rig.ban(rule.substring(0, rule.indexOf(':')), rule.substring(rule.indexOf(':') + 1));
    assertEquals(before.size() - expectedCatalog().size(), answer.get("retracted").asInt(), rule + " at " + step);
    assertEquals(matchedBy(rule), answer.get("blocked").asInt(), rule + " at " + step);
  }

  private void lift(Rig rig, String rule) {
    int before = expectedCatalog().size();
    Set<String> held = new TreeSet<>(products.keySet());
    held.removeAll(expectedCatalog().keySet());
    rules.remove(rule);
    if (!open) {
      // what would be listed now has to wait
      waiting.addAll(held);
    }
    rig.answers();
    JsonNode answer = rig.lift(rule);
    assertEquals(expectedCatalog().size() - before, answer.get("reinstated").asInt(), rule + " at " + step);
  }

  /** After a second the last answer about every rule in force tells the true count. */
  private void toldCountsAreTrue(Rig rig) {
    rig.wait(Duration.ofSeconds(1));
    Map<String, Integer> told = new TreeMap<>();
    rules.forEach(rule -> {
      ban(rig, rule);
      told.put(rule, matchedBy(rule));
    });
    products.keySet().stream().limit(3).toList().forEach(id -> withdraw(rig, id));
    rig.wait(Duration.ofSeconds(1));
    rig.answers().forEach(a -> told.put(a.get("rule").asText(), a.get("blocked").asInt()));
    rules.forEach(rule -> assertEquals(matchedBy(rule), told.get(rule), rule));
  }

  private Map<String, String> expectedCatalog() {
    Map<String, String> expected = new TreeMap<>(raw);
    expected.keySet().removeAll(waiting);
    expected.keySet().removeIf(id -> rules.stream().anyMatch(rule -> matches(rule, id)));
    return expected;
  }

  private int matchedBy(String rule) {
    return (int) products.keySet().stream().filter(id -> matches(rule, id)).count();
  }

  private boolean matches(String rule, String id) {
    Map<String, String> p = products.get(id);
    String value = rule.substring(rule.indexOf(':') + 1);
    return switch (rule.substring(0, rule.indexOf(':'))) {
      case "id" -> id.equals(value);
      case "sku" -> ("sku-" + id).equals(value);
      case "brand" -> plain(p.get("brand")).equals(value);
      case "category" -> plain(p.get("category")).equals(value);
      case "store" -> plain(p.get("store_id")).equals(value);
      default -> new HashSet<>(Arrays.asList(plain(p.get("name")).split(", ")))
          .containsAll(Arrays.asList(value.split(" ")));
    };
  }

  private static String plain(String s) {
    return s.toLowerCase().replace('ё', 'е');
  }
}
