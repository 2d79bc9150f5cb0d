package ru.vygodno.recommend;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import org.apache.spark.sql.Column;

/** How much an event says about liking its product (implicit feedback; Hu, Koren, Volinsky 2008). */
final class Interest {
  private static final int VIEW = 1;
  private static final int CART = 3;
  private static final int PURCHASE = 5;
  private static final int PRAISE = 2;
  private static final int COMPLAINT = -5;
  private static final int LEAST_PRAISE = 4;
  private static final int MOST_COMPLAINT = 2;

  private Interest() {}

  /** Types of events that tell anything of a product. */
  static Object[] types() {
    return new Object[] {"view", "cart", "purchase", "review"};
  }

  /** Whole numbers: a bad review takes back what the purchase before it said. */
  static Column strength() {
    Column rating = coalesce(col("rating"), lit(0));
    return when(col("type").equalTo("purchase"), PURCHASE)
        .when(col("type").equalTo("cart"), CART)
        .when(col("type").equalTo("view"), VIEW)
        .when(rating.geq(LEAST_PRAISE), PRAISE)
        .when(rating.between(1, MOST_COMPLAINT), COMPLAINT)
        .otherwise(0);
  }

  /** Bought, or in the cart: nothing that has to be recommended any more. */
  static Column inHand() {
    return col("type").isin("cart", "purchase");
  }

  static Column bought() {
    return col("type").equalTo("purchase");
  }
}
