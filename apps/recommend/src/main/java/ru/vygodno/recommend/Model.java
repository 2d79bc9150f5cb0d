package ru.vygodno.recommend;

import java.io.Serializable;

/** Tells how much a user would like each product. */
interface Model extends Serializable {

  /**
   * @param history what the user did so far
   * @param scores one per product, all 0 at first. What stays 0 or gets below it, the model can't recommend
   */
  void score(History history, float[] scores);
}
