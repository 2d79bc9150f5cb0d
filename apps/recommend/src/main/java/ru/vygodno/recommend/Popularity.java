package ru.vygodno.recommend;

import org.apache.spark.api.java.JavaRDD;

/** The same for everybody: how much interest a product has found. */
record Popularity(float[] interest) implements Model {

  static Popularity of(JavaRDD<History> histories, int products) {
    double[] sums = histories.aggregate(new double[products], (sum, history) -> {
      float[] weights = history.weights(Double.POSITIVE_INFINITY);
      for (int i = 0; i < weights.length; i++) {
        sum[history.items()[i]] += weights[i];
      }
      return sum;
    }, Popularity::add);
    float[] interest = new float[products];
    for (int i = 0; i < products; i++) {
      interest[i] = (float) sums[i];
    }
    return new Popularity(interest);
  }

  @Override
  public void score(History history, float[] scores) {
    System.arraycopy(interest, 0, scores, 0, scores.length);
  }

  private static double[] add(double[] one, double[] other) {
    for (int i = 0; i < one.length; i++) {
      one[i] += other[i];
    }
    return one;
  }
}
