package ru.vygodno.filter;

import java.util.function.Function;
import ru.vygodno.product.Product;

/** What a ban rule looks at. */
enum Kind {
  ID("id", Product::id),
  SKU("sku", Product::sku),
  BRAND("brand", Product::brand),
  CATEGORY("category", Product::category),
  STORE("store", Product::storeId),
  WORDS("words", Product::name);

  private static final Kind[] ALL = values();

  final String code;
  private final Function<Product, String> field;

  Kind(String code, Function<Product, String> field) {
    this.code = code;
    this.field = field;
  }

  /** Returns the kind with that code, or null. */
  static Kind of(String code) {
    for (Kind kind : ALL) {
      if (kind.code.equals(code)) {
        return kind;
      }
    }
    return null;
  }

  /** Returns a rule's value as it stands in the rule's key; {@code ruleId} in clients/rules.ts does the same. */
  String name(String value) {
    return this == ID ? Normal.trim(value) : Normal.form(value);
  }

  /** Returns what a rule is compared by: an id is exact, the rest is what it looks like. */
  String ruleKey(Rule rule) {
    return this == ID ? rule.value() : key(rule.text());
  }

  /** Returns the product's text as it is compared. */
  String productKey(Product product) {
    String text = field.apply(product);
    return this == ID ? text : key(text);
  }

  private static String key(String text) {
    return TextForm.key(TextForm.of(text));
  }
}
