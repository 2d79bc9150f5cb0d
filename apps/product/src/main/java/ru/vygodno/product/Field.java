package ru.vygodno.product;

/** The required fields in the order of the shops' format: of several defects the first in this order is reported. */
enum Field {
  PRODUCT_ID("product_id", null, Identifier.EXPECTED),
  NAME("name", null, "a string with something to see in it"),
  DESCRIPTION("description", null, "a string"),
  PRICE("price", null, "an object {amount, currency}"),
  AMOUNT("price.amount", PRICE, "a number >= 0"),
  CURRENCY("price.currency", PRICE, "3 upper-case letters"),
  CATEGORY("category", null, "a string with something to see in it"),
  BRAND("brand", null, "a string with something to see in it"),
  STOCK("stock", null, "an object {available, reserved}"),
  AVAILABLE("stock.available", STOCK, "an integer >= 0"),
  RESERVED("stock.reserved", STOCK, "an integer >= 0"),
  SKU("sku", null, Identifier.EXPECTED),
  TAGS("tags", null, "an array of strings"),
  IMAGES("images", null, "an array of objects {url, alt}"),
  SPECIFICATIONS("specifications", null, "an object of strings"),
  CREATED_AT("created_at", null, "an ISO-8601 instant such as 2023-10-01T12:00:00Z"),
  UPDATED_AT("updated_at", null, "an ISO-8601 instant such as 2023-10-01T12:00:00Z"),
  INDEX("index", null, "\"products\""),
  STORE_ID("store_id", null, Identifier.EXPECTED);

  static final Field[] ALL = values();

  final String path;
  final Field parent;
  final String expected;

  Field(String path, Field parent, String expected) {
    this.path = path;
    this.parent = parent;
    this.expected = expected;
  }

  /** Returns the field of that name in a product object, or null when it is not one of ours. */
  static Field topLevel(String key) {
    return switch (key) {
      case "product_id" -> PRODUCT_ID;
      case "name" -> NAME;
      case "description" -> DESCRIPTION;
      case "price" -> PRICE;
      case "category" -> CATEGORY;
      case "brand" -> BRAND;
      case "stock" -> STOCK;
      case "sku" -> SKU;
      case "tags" -> TAGS;
      case "images" -> IMAGES;
      case "specifications" -> SPECIFICATIONS;
      case "created_at" -> CREATED_AT;
      case "updated_at" -> UPDATED_AT;
      case "index" -> INDEX;
      case "store_id" -> STORE_ID;
      default -> null;
    };
  }

  int bit() {
    return 1 << ordinal();
  }
}
