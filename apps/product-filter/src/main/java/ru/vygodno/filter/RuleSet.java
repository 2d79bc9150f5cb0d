package ru.vygodno.filter;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import ru.vygodno.product.Product;

/** The rules in force, indexed so that a product costs a few look-ups, however many rules there are. */
final class RuleSet {
  /** The rules of a kind by what they are compared by: one that was written before may look the same as another. */
  private final Map<Kind, Map<String, List<String>>> values = new EnumMap<>(Kind.class);
  /** Rules on words by each form of their first word: the name must hold one, so the others need no look. */
  private final Map<String, List<WordRule>> words = new HashMap<>();
  private int withPairs;

  void add(Rule rule) {
    remove(rule);
    if (rule.kind() == Kind.WORDS) {
      WordRule added = WordRule.of(rule.id(), rule.text());
      added.words().get(0).forEach(form -> words.computeIfAbsent(form, f -> new ArrayList<>(1)).add(added));
      withPairs += added.pairs() ? 1 : 0;
    } else {
      values.computeIfAbsent(rule.kind(), k -> new HashMap<>())
          .computeIfAbsent(rule.kind().ruleKey(rule), k -> new ArrayList<>(1)).add(rule.id());
    }
  }

  void remove(Rule rule) {
    if (rule.kind() == Kind.WORDS) {
      boolean[] removed = {false};
      WordRule.of(rule.id(), rule.text()).words().get(0).forEach(form -> words.computeIfPresent(form, (f, rules) -> {
        removed[0] |= rules.removeIf(other -> other.id().equals(rule.id()) && other.pairs());
        rules.removeIf(other -> other.id().equals(rule.id()));
        return rules.isEmpty() ? null : rules;
      }));
      withPairs -= removed[0] ? 1 : 0;
    } else {
      values.computeIfPresent(rule.kind(), (k, keys) -> {
        keys.computeIfPresent(rule.kind().ruleKey(rule), (key, ids) -> {
          ids.remove(rule.id());
          return ids.isEmpty() ? null : ids;
        });
        return keys.isEmpty() ? null : keys;
      });
    }
  }

  /** Returns the ids of the rules that ban the product; empty when it may be sold. */
  List<String> matching(Product product) {
    List<String> found = null;
    for (Map.Entry<Kind, Map<String, List<String>>> entry : values.entrySet()) {
      List<String> ids = entry.getValue().get(entry.getKey().productKey(product));
      if (ids != null) {
        found = found == null ? new ArrayList<>(2) : found;
        found.addAll(ids);
      }
    }
    if (!words.isEmpty()) {
      found = matchingWords(product, found);
    }
    return found == null ? List.of() : found;
  }

  private List<String> matchingWords(Product product, List<String> others) {
    List<String> found = others;
    Set<String> name = NameWords.of(TextForm.of(product.name()), withPairs > 0);
    for (String word : name) {
      List<WordRule> rules = words.get(word);
      if (rules != null) {
        for (WordRule rule : rules) {
          if (rule.matches(name) && (found == null || !found.contains(rule.id()))) {
            found = found == null ? new ArrayList<>(2) : found;
            found.add(rule.id());
          }
        }
      }
    }
    return found;
  }
}
