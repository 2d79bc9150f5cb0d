package ru.vygodno.connect;

import org.apache.kafka.connect.errors.DataException;
import ru.vygodno.product.MalformedProductException;
import ru.vygodno.product.Product;
import ru.vygodno.product.ProductReader;

/** Turns the records of the filtered topic into rows of the table of products. */
public final class ProductConverter extends RowConverter {
  /** A btree entry holds 2704 bytes at most; a character takes up to 4 of them. */
  private static final int MAX_INDEXED = 500;

  private final ProductReader reader = new ProductReader();

  /** Creates a converter whose keys are product ids. */
  public ProductConverter() {
    super("product_id");
  }

  @Override
  void check(byte[] document) {
    try {
      Product product = reader.read(document);
      indexable("category", product.category());
      indexable("brand", product.brand());
      indexable("sku", product.sku());
      indexable("store_id", product.storeId());
    } catch (MalformedProductException e) {
      throw new DataException(e.reason().code() + ": " + e.getMessage(), e);
    }
  }

  private static void indexable(String field, String value) {
    if (value.length() > MAX_INDEXED) {
      throw new DataException(field + ": expected at most " + MAX_INDEXED + " characters, got " + value.length()
          + ": PostgreSQL can't index more");
    }
  }
}
