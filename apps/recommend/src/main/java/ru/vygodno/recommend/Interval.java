package ru.vygodno.recommend;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A mean and its 95 % interval.
 *
 * @param mean over the groups' means
 */
record Interval(double mean, double low, double high) {
  private static final int RESAMPLES = 1_000;
  private static final double TAIL = 0.025;

  /**
   * Percentile bootstrap over users (Efron, Tibshirani 1993): users are drawn again within each group. The same values
   * give the same interval.
   *
   * @param groups the values of the users, by seed
   */
  static Interval of(List<double[]> groups) {
    SplittableRandom random = new SplittableRandom(1);
    double[] means = new double[RESAMPLES];
    for (int i = 0; i < RESAMPLES; i++) {
      means[i] = groups.stream().mapToDouble(values -> resampled(values, random)).average().orElse(0);
    }
    Arrays.sort(means);
    int cut = (int) (TAIL * RESAMPLES);
    double mean = groups.stream().mapToDouble(values -> Arrays.stream(values).average().orElse(0)).average().orElse(0);
    return new Interval(mean, means[cut], means[RESAMPLES - 1 - cut]);
  }

  private static double resampled(double[] values, SplittableRandom random) {
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      sum += values[random.nextInt(values.length)];
    }
    return values.length == 0 ? 0 : sum / values.length;
  }
}
