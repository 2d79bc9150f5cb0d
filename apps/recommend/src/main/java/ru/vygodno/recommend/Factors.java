package ru.vygodno.recommend;

import java.util.ArrayList;
import java.util.List;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.CholeskyDecomposition;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.ml.recommendation.ALS;
import org.apache.spark.ml.recommendation.ALSModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Implicit-feedback matrix factorisation by MLlib (Hu, Koren, Volinsky 2008).
 *
 * <p>Only the products' factors are kept. A user's are the least-squares solution given those, which is the last half
 * step of the algorithm itself: so it can be taken for any history, and users needn't all be in the training.
 *
 * @param products factors per product; null for one that nobody has touched
 * @param gram the sum of the products' outer products
 */
record Factors(double[][] products, double[][] gram, Settings settings) implements Model {
  /** More users than this teach the products' factors nothing new, and cost time and memory. */
  private static final int MOST_USERS = 100_000;

  /**
   * @param regularisation is multiplied by the number of products in a history, as MLlib does
   * @param confidence how much a weight of 1 counts more than no weight
   * @param halfLifeDays see {@link History#weights}
   */
  record Settings(int rank, double regularisation, double confidence, double halfLifeDays)
      implements java.io.Serializable {}

  private static final int ITERATIONS = 8;
  private static final int GRAIN = 10_000;

  static Factors train(Training training, Settings settings, long seed) {
    return of(fit(training, settings, seed), training.products(), settings);
  }

  static ALSModel fit(Training training, Settings settings, long seed) {
    double share = (double) MOST_USERS / Math.max(1, training.users());
    JavaRDD<History> some = share >= 1 ? training.histories() : training.histories()
        .filter(history -> Math.floorMod(history.user().hashCode(), GRAIN) < share * GRAIN);
    // in order of name: the numbers, and with them the random start, are the same each time
    JavaRDD<Row> ratings = some.sortBy(History::user, true, some.getNumPartitions()).zipWithIndex()
        .flatMap(entry -> ratings(entry._1, entry._2.intValue(), settings.halfLifeDays()).iterator());
    Dataset<Row> rows = training.spark().createDataFrame(ratings, new StructType().add("user", DataTypes.IntegerType)
        .add("item", DataTypes.IntegerType).add("rating", DataTypes.FloatType));
    return new ALS().setImplicitPrefs(true).setRank(settings.rank()).setRegParam(settings.regularisation())
        .setAlpha(settings.confidence()).setMaxIter(ITERATIONS).setSeed(seed)
        .setNumBlocks(training.spark().sparkContext().defaultParallelism()).fit(rows);
  }

  static Factors of(ALSModel model, int size, Settings settings) {
    double[][] products = new double[size][];
    double[][] gram = new double[settings.rank()][settings.rank()];
    for (Row row : model.itemFactors().orderBy("id").collectAsList()) {
      products[row.getInt(0)] = row.<Float>getList(1).stream().mapToDouble(Float::doubleValue).toArray();
      addOuter(gram, products[row.getInt(0)], 1);
    }
    return new Factors(products, gram, settings);
  }

  @Override
  public void score(History history, float[] scores) {
    double[] user = user(history);
    for (int i = 0; user != null && i < scores.length; i++) {
      scores[i] = products[i] == null ? 0 : (float) dot(user, products[i]);
    }
  }

  /** @return null when no product of the history is known */
  double[] user(History history) {
    int rank = settings.rank();
    double[][] left = new double[rank][];
    for (int i = 0; i < rank; i++) {
      left[i] = gram[i].clone();
    }
    double[] right = new double[rank];
    float[] weights = history.weights(settings.halfLifeDays());
    int known = 0;
    for (int i = 0; i < weights.length; i++) {
      double[] product = products[history.items()[i]];
      if (product != null && weights[i] > 0) {
        double extra = settings.confidence() * weights[i];
        addOuter(left, product, extra);
        for (int f = 0; f < rank; f++) {
          right[f] += (1 + extra) * product[f];
        }
        known++;
      }
    }
    for (int f = 0; f < rank; f++) {
      left[f][f] += settings.regularisation() * known;
    }
    return known == 0 ? null : new CholeskyDecomposition(new Array2DRowRealMatrix(left, false)).getSolver()
        .solve(new ArrayRealVector(right, false)).toArray();
  }

  private static List<Row> ratings(History history, int user, double halfLifeDays) {
    float[] weights = history.weights(halfLifeDays);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < weights.length; i++) {
      if (weights[i] > 0) {
        rows.add(RowFactory.create(user, history.items()[i], weights[i]));
      }
    }
    return rows;
  }

  private static void addOuter(double[][] sum, double[] vector, double times) {
    for (int i = 0; i < vector.length; i++) {
      for (int j = 0; j < vector.length; j++) {
        sum[i][j] += times * vector[i] * vector[j];
      }
    }
  }

  private static double dot(double[] one, double[] other) {
    double sum = 0;
    for (int i = 0; i < one.length; i++) {
      sum += one[i] * other[i];
    }
    return sum;
  }
}
