package ru.vygodno.filter;

import java.util.ArrayList;
import java.util.List;

/**
 * The topics the filter reads and writes.
 *
 * @param prefix keeps tests and benchmarks out of the catalogue
 * @param stores say which topics shops write
 */
record Topics(String prefix, Stores stores) {
  /** What shops send by the common intake. */
  String products() {
    return prefix + "shop.products";
  }

  /** What one identity sends; nobody else may write it. */
  String products(String identity) {
    return identity.equals(Stores.INTAKE) ? products() : products() + "." + identity;
  }

  /** The topics of identities that have their own. */
  List<String> ownProducts() {
    return stores.withOwnTopic().stream().map(this::products).toList();
  }

  String bans() {
    return prefix + "catalog.bans";
  }

  /** Which store a moderator gave a product to. */
  String owners() {
    return prefix + "catalog.owners";
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

  /** Those that must have the same number of partitions: what is said of a partition's products stands in the same one. */
  List<String> copartitioned() {
    List<String> topics = new ArrayList<>(List.of(products(), bans(), owners(), answers()));
    topics.addAll(ownProducts());
    return topics;
  }

  List<String> all() {
    List<String> topics = new ArrayList<>(copartitioned());
    topics.addAll(List.of(catalog(), audit(), deadLetters()));
    return topics;
  }
}
