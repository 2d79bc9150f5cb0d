package ru.vygodno.connect.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class RightsTest {
  private final Rights rights = new Rights("connect");

  private boolean may(String principal, String method, String path, String query) {
    return rights.find(principal, method, path, query).isPresent();
  }

  @Test
  void theSupervisorLooksAtStatesAndRestarts() {
    assertTrue(may("supervisor", "GET", "/", ""));
    assertTrue(may("supervisor", "GET", "/connectors", "expand=status"));
    assertTrue(may("supervisor", "POST", "/connectors/catalog-file/restart", "includeTasks=true&onlyFailed=true"));
    assertTrue(may("supervisor", "POST", "/connectors/catalog-file/tasks/0/restart", ""));
    assertTrue(rights.find("supervisor", "GET", "/connectors/mirror-source/config", "").orElseThrow().notesOnly());
    assertFalse(may("supervisor", "GET", "/connectors", "expand=status&expand=info"));
    assertFalse(may("supervisor", "GET", "/connectors/catalog-file/config", ""));
    assertFalse(may("supervisor", "PUT", "/connectors/catalog-file/config", ""));
    assertFalse(may("supervisor", "DELETE", "/connectors/catalog-file", ""));
  }

  @Test
  void anotherWayOfWritingAPathIsAnotherPath() {
    for (String path : List.of("//connectors/x/restart", "/connectors/x/restart/", "/connectors/%78/restart",
        "/connectors/x;a=b/restart", "/connectors/x/restart;a", "/connectors/../restart", "/connectors/x\n/restart",
        "/connectors/x/restart\n", "/CONNECTORS/x/restart", "connectors/x/restart")) {
      assertFalse(may("supervisor", "POST", path, ""), path);
    }
    for (String method : List.of("post", "HEAD", "OPTIONS", "PUT", "TRACE", "PATCH", "")) {
      assertFalse(may("supervisor", method, "/connectors/x/restart", ""), method);
    }
  }

  @Test
  void whatIsNotSaidIsRefused() {
    assertFalse(may("nobody", "GET", "/", ""));
    assertFalse(may("mirror-rest", "GET", "/", ""));
    assertFalse(may("connect-admin", "GET", "/admin/loggers", ""));
    assertFalse(may("connect-admin", "POST", "/connectors", ""));
    assertFalse(may("connect-admin", "POST", "/connectors/x/tasks", ""));
    assertFalse(may("connect-admin", "PUT", "/connectors/x/config", "forward=false"));
  }

  @Test
  void aWorkerHandsOnWhatItHasLetIn() {
    assertTrue(may("connect-rest", "PUT", "/connectors/x/config", "forward=false"));
    assertTrue(may("connect-rest", "POST", "/connectors/x/tasks", ""));
    assertTrue(may("connect-rest", "PUT", "/connectors/x/fence", ""));
    assertEquals(Rights.Body.DECLARED,
        rights.find("connect-rest", "PUT", "/connectors/x/config", "forward=true").orElseThrow().body());
    assertFalse(may("connect-rest", "PUT", "/admin/loggers/root", ""));
  }
}
