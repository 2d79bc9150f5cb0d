package ru.vygodno.connect;

import org.apache.kafka.connect.errors.DataException;
import ru.vygodno.product.MalformedProductException;
import ru.vygodno.product.ProductReader;

/** Turns the records of the filtered topic into rows of the table of products. */
public final class ProductConverter extends RowConverter {
  private final ProductReader reader = new ProductReader();

  /** Creates a converter whose keys are product ids. */
  public ProductConverter() {
    super("product_id");
  }

  /** What the filter lets through is taken: its limits are those of PostgreSQL, too. */
  @Override
  void check(byte[] document) {
    try {
      reader.read(document);
    } catch (MalformedProductException e) {
      throw new DataException(e.reason().code() + ": " + e.getMessage(), e);
    }
  }
}
