package ru.vygodno.product;

import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/** The shops' structure, checked in one pass over one product's tokens. */
final class Walk {
  private static final double MAX_AMOUNT = 1e12;
  /** The audit and the reasons of recommendations repeat it, the search reads no more of it. */
  private static final int MAX_NAME = 1_000;
  /** A ban by category or brand has it in its key, PostgreSQL compares no more of it. */
  private static final int MAX_LABEL = 200;

  private final Cursor at;
  private int seen;

  private String id;
  private String name;
  private String category;
  private String brand;
  private String sku;
  private String storeId;

  Walk(Cursor at) {
    this.at = at;
  }

  /** Reads the object that has just begun, to its end; defects are kept for {@link #result}. */
  void product() throws IOException {
    Set<String> others = null;
    for (String key = at.name(); key != null; key = at.name()) {
      Field field = Field.topLevel(key);
      if (field == null) {
        others = others == null ? new HashSet<>() : others;
        at.other(others, key);
      } else {
        read(field);
      }
    }
  }

  Product result() throws MalformedProductException {
    for (Field field : Field.ALL) {
      boolean asked = field.parent == null || (seen & field.parent.bit()) != 0;
      if (asked && (seen & field.bit()) == 0) {
        at.missing(field, field.path, field.expected);
      }
    }
    at.throwDefect();
    return new Product(id, name, category, brand, sku, storeId);
  }

  private void read(Field field) throws IOException {
    at.onlyOnce((seen & field.bit()) == 0);
    seen |= field.bit();
    at.step();
    switch (field) {
      case PRODUCT_ID -> id = identifier(field);
      case NAME -> name = filled(field, MAX_NAME);
      case DESCRIPTION -> at.string(field, field.expected);
      case CATEGORY -> category = filled(field, MAX_LABEL);
      case BRAND -> brand = filled(field, MAX_LABEL);
      case SKU -> sku = identifier(field);
      case STORE_ID -> storeId = identifier(field);
      case PRICE -> pair(field, "amount", Field.AMOUNT, "currency", Field.CURRENCY);
      case STOCK -> pair(field, "available", Field.AVAILABLE, "reserved", Field.RESERVED);
      case TAGS -> tags();
      case IMAGES -> images();
      case SPECIFICATIONS -> specifications();
      case CREATED_AT, UPDATED_AT -> instant(field);
      case INDEX -> index(field);
      case CURRENCY -> currency(field);
      case AMOUNT -> at.number(field, MAX_AMOUNT, false);
      case AVAILABLE, RESERVED -> at.number(field, Integer.MAX_VALUE, true);
    }
  }

  /** An object of two known fields: price and stock. */
  private void pair(Field parent, String firstKey, Field first, String secondKey, Field second) throws IOException {
    if (!at.opens(JsonToken.START_OBJECT, parent, parent.expected)) {
      return;
    }
    Set<String> others = null;
    for (String key = at.name(); key != null; key = at.name()) {
      if (key.equals(firstKey)) {
        read(first);
      } else if (key.equals(secondKey)) {
        read(second);
      } else {
        others = others == null ? new HashSet<>() : others;
        at.other(others, key);
      }
    }
  }

  private void tags() throws IOException {
    if (at.opens(JsonToken.START_ARRAY, Field.TAGS, Field.TAGS.expected)) {
      while (at.item()) {
        at.string(Field.TAGS, "a string");
      }
    }
  }

  private void images() throws IOException {
    if (at.opens(JsonToken.START_ARRAY, Field.IMAGES, Field.IMAGES.expected)) {
      while (at.item()) {
        if (at.opens(JsonToken.START_OBJECT, Field.IMAGES, "an object {url, alt}")) {
          image();
        }
      }
    }
  }

  private void image() throws IOException {
    Set<String> keys = new HashSet<>(4);
    for (String key = at.name(); key != null; key = at.name()) {
      if (key.equals("url") || key.equals("alt")) {
        at.onlyOnce(keys.add(key));
        at.step();
        at.string(Field.IMAGES, "a string");
      } else {
        at.other(keys, key);
      }
    }
    for (String key : new String[] {"url", "alt"}) {
      if (!keys.contains(key)) {
        at.missing(Field.IMAGES, at.path() + '.' + key, "a string");
      }
    }
  }

  private void specifications() throws IOException {
    if (at.opens(JsonToken.START_OBJECT, Field.SPECIFICATIONS, Field.SPECIFICATIONS.expected)) {
      Set<String> keys = new HashSet<>();
      for (String key = at.name(); key != null; key = at.name()) {
        at.onlyOnce(keys.add(key));
        at.step();
        at.string(Field.SPECIFICATIONS, "a string");
      }
    }
  }

  private String filled(Field field, int most) throws IOException {
    String s = at.string(field, field.expected);
    if (s != null && !Identifier.visible(s)) {
      at.bad(field, field.expected);
    } else if (s != null && s.length() > most) {
      at.bad(field, "at most " + most + " characters");
    }
    return s;
  }

  private String identifier(Field field) throws IOException {
    String s = at.string(field, field.expected);
    if (s != null && !Identifier.valid(s)) {
      at.bad(field, field.expected);
    }
    return s;
  }

  private void instant(Field field) throws IOException {
    String s = at.string(field, field.expected);
    if (s != null && !Instants.valid(s)) {
      at.bad(field, field.expected);
    }
  }

  private void index(Field field) throws IOException {
    String s = at.string(field, field.expected);
    if (s != null && !s.equals("products")) {
      at.bad(field, field.expected);
    }
  }

  private void currency(Field field) throws IOException {
    String s = at.string(field, field.expected);
    if (s != null && !(s.length() == 3 && letter(s.charAt(0)) && letter(s.charAt(1)) && letter(s.charAt(2)))) {
      at.bad(field, field.expected);
    }
  }

  private static boolean letter(char c) {
    return c >= 'A' && c <= 'Z';
  }
}
