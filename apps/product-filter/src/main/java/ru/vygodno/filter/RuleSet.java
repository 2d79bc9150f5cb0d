package ru.vygodno.filter;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import ru.vygodno.product.Product;

/** The rules in force, indexed so that a product costs a few look-ups, however many rules there are. */
final class RuleSet {
  private final Map<Kind, Set<String>> values = new EnumMap<>(Kind.class);
  /** Rules on words by one word of theirs: the name must hold it, so the others need no look. */
  private final Map<String, Map<String, List<String>>> words = new HashMap<>();

  void add(Rule rule) {
    if (rule.kind() == Kind.WORDS) {
      List<String> all = Normal.words(rule.value());
      words.computeIfAbsent(all.get(0), w -> new HashMap<>()).put(rule.id(), all);
    } else {
      values.computeIfAbsent(rule.kind(), k -> new HashSet<>()).add(rule.value());
    }
  }

  void remove(Rule rule) {
    if (rule.kind() == Kind.WORDS) {
      words.computeIfPresent(Normal.words(rule.value()).get(0), (w, rules) -> {
        rules.remove(rule.id());
        return rules.isEmpty() ? null : rules;
      });
    } else {
      values.computeIfPresent(rule.kind(), (k, set) -> {
        set.remove(rule.value());
        return set.isEmpty() ? null : set;
      });
    }
  }

  /** Returns the ids of the rules that ban the product; empty when it may be sold. */
  List<String> matching(Product product) {
    List<String> found = null;
    for (Map.Entry<Kind, Set<String>> entry : values.entrySet()) {
      String form = entry.getKey().productForm(product);
      if (entry.getValue().contains(form)) {
        found = found == null ? new ArrayList<>(2) : found;
        found.add(entry.getKey().code + ':' + form);
      }
    }
    if (!words.isEmpty()) {
      found = matchingWords(product, found);
    }
    return found == null ? List.of() : found;
  }

  private List<String> matchingWords(Product product, List<String> others) {
    List<String> found = others;
    Set<String> name = new HashSet<>(Normal.words(Kind.WORDS.productForm(product)));
    for (String word : name) {
      Map<String, List<String>> rules = words.get(word);
      if (rules != null) {
        for (Map.Entry<String, List<String>> rule : rules.entrySet()) {
          if (name.containsAll((Collection<String>) rule.getValue())) {
            found = found == null ? new ArrayList<>(2) : found;
            found.add(rule.getKey());
          }
        }
      }
    }
    return found;
  }
}
