package ru.vygodno.recommend;

import java.util.SplittableRandom;

/** The floor: any order is as good as another. A user always gets the same one. */
record Chance(long seed) implements Model {
  @Override
  public void score(History history, float[] scores) {
    SplittableRandom random = new SplittableRandom(seed ^ (long) history.user().hashCode() << Integer.SIZE);
    for (int i = 0; i < scores.length; i++) {
      scores[i] = 1 - (float) random.nextDouble();
    }
  }
}
