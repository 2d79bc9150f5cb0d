package ru.vygodno.recommend;

import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * All products ever listed, numbered in the order of their ids; models know products by these numbers.
 *
 * @param category the number of a product's category; {@link #NONE} for a retracted product
 * @param live allowed now: neither retracted nor banned. Only these may be named
 * @param offered live and in stock. Only these may be recommended
 */
record Catalogue(String[] ids, String[] names, int[] category, String[] categories, boolean[] live, boolean[] offered)
    implements Serializable {
  static final int NONE = -1;

  /** The current state of one product; name and category are null when it is retracted. */
  record Item(String id, String name, String category, long available) {}

  /** @param items one per product, sorted by id */
  static Catalogue of(List<Item> items) {
    int size = items.size();
    Catalogue all = new Catalogue(new String[size], new String[size], new int[size],
        items.stream().map(Item::category).filter(each -> each != null).distinct().sorted().toArray(String[]::new),
        new boolean[size], new boolean[size]);
    Map<String, Integer> numbers = new HashMap<>();
    for (String category : all.categories) {
      numbers.put(category, numbers.size());
    }
    for (int i = 0; i < size; i++) {
      Item item = items.get(i);
      all.ids[i] = item.id();
      all.names[i] = item.name();
      all.live[i] = item.category() != null;
      all.offered[i] = all.live[i] && item.available() > 0;
      all.category[i] = all.live[i] ? numbers.get(item.category()) : NONE;
    }
    return all;
  }

  int size() {
    return ids.length;
  }

  Map<String, Integer> numbers() {
    Map<String, Integer> numbers = new HashMap<>();
    for (int i = 0; i < ids.length; i++) {
      numbers.put(ids[i], i);
    }
    return numbers;
  }
}
