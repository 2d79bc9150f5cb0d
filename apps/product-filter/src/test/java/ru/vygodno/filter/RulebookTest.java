package ru.vygodno.filter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;
import ru.vygodno.product.Product;

/** What a filter makes of its stored rules when it starts. */
class RulebookTest {
  private static final Product ACME = new Product("1", "Часы", "Электроника", "Acme", "s", "store_001");
  private static final byte[] MARK = "{\"version\":1}".getBytes(UTF_8);
  private static final byte[] JSON = "{\"kind\":\"brand\",\"value\":\"Acme\"}".getBytes(UTF_8);
  private static final byte[] KEY = "brand:acme".getBytes(UTF_8);
  private static final byte[] BROKEN = "....{\"kind\":\"colour\"}".getBytes(UTF_8);

  private final KeyValueStore<Bytes, byte[]> store = Stores.inMemoryKeyValueStore("rules").get();

  private Rulebook started() {
    return new Rulebook(store, new RuleReader());
  }

  private Rulebook withRule() throws BadRuleException {
    Rulebook rules = started();
    rules.put(KEY, new RuleReader().read("brand:acme", JSON), JSON, 0);
    return rules;
  }

  @Test
  void isClosedWithoutTheMarkAndOpenWithIt() throws BadRuleException {
    assertEquals(List.of("seed:bans"), started().matching(ACME));
    withRule();
    assertEquals(List.of("brand:acme", "seed:bans"), started().matching(ACME));
    started().open(MARK);
    assertEquals(List.of("brand:acme"), started().matching(ACME));
    assertEquals(1, started().all().size(), "the mark is no rule");
    started().close();
    assertEquals(List.of("brand:acme", "seed:bans"), started().matching(ACME));
  }

  @Test
  void isClosedByARuleItCannotReadUntilTheListIsLoadedAgain() throws BadRuleException {
    withRule().open(MARK);
    store.put(Bytes.wrap(KEY), BROKEN);
    assertFalse(started().isOpen());
    assertFalse(started().isOpen(), "however often it starts");

    withRule().open(MARK);
    assertTrue(started().isOpen());
    assertEquals(List.of("brand:acme"), started().matching(ACME));

    store.put(Bytes.wrap(KEY), BROKEN);
    started().open(MARK);
    assertNull(store.get(Bytes.wrap(KEY)), "the list that was loaded is whole without it");
    assertTrue(started().isOpen());
  }

  @Test
  void aRuleItCannotReadCanBeLifted() throws BadRuleException {
    withRule().open(MARK);
    store.put(Bytes.wrap(KEY), BROKEN);
    started().remove(KEY, "brand:acme");
    assertTrue(started().isOpen());
    assertEquals(List.of(), started().matching(ACME));
  }
}
