package ru.vygodno.filter;

import java.util.List;

/** The topics the filter reads and writes; a prefix keeps tests and benchmarks out of the catalogue. */
record Topics(String prefix) {
  String products() {
    return prefix + "shop.products";
  }

  String bans() {
    return prefix + "catalog.bans";
  }

  String catalog() {
    return prefix + "catalog.products";
  }

  String audit() {
    return prefix + "catalog.blocked";
  }

  String answers() {
    return prefix + "catalog.bans.applied";
  }

  String deadLetters() {
    return prefix + "shop.products.dlq";
  }

  /** Those that must have the same number of partitions: a partition's rules act on its own products. */
  List<String> copartitioned() {
    return List.of(products(), bans(), answers());
  }

  List<String> all() {
    return List.of(products(), bans(), answers(), catalog(), audit(), deadLetters());
  }
}
