package ru.vygodno.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests on a filter that has its rules, each on a state of its own. */
abstract class OnRig {
  @TempDir
  Path state;
  Rig rig;

  @BeforeEach
  void start() {
    rig = new Rig(state);
  }

  @AfterEach
  void stop() {
    assertEquals(List.of(), rig.needlessTombstones, "tombstones on products that were not listed");
    rig.close();
  }
}
