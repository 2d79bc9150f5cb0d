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

  /** Returns the form of a rule's value in which it is compared: an id is exact, the rest is normalised. */
  String ruleForm(String value) {
    return this == ID ? Normal.trim(value) : Normal.form(value);
  }

  /** Returns the product's text in the form in which it is compared. */
  String productForm(Product product) {
    String text = field.apply(product);
    return this == ID ? text : Normal.form(text);
  }
}
