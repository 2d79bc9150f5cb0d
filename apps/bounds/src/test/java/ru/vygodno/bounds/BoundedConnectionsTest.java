package ru.vygodno.bounds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.security.auth.AuthenticationContext;
import org.apache.kafka.common.security.auth.PlaintextAuthenticationContext;
import org.junit.jupiter.api.Test;

class BoundedConnectionsTest {
  /** Whose principal is always the same, User:ANONYMOUS. */
  private static final AuthenticationContext SOMEBODY =
      new PlaintextAuthenticationContext(InetAddress.getLoopbackAddress(), "CLIENT");

  private static List<BoundedConnections> connections(int count, String superUsers) {
    return Stream.generate(BoundedConnections::new)
        .limit(count)
        .peek(each -> each.configure(Map.of(
            "ssl.principal.mapping.rules", "DEFAULT", "super.users", superUsers, BoundedConnections.MOST, "3")))
        .toList();
  }

  @Test
  void onePrincipalHoldsSoManyConnectionsAndNoMore() {
    var all = connections(5, "User:kafka-1;User:operator");
    for (var each : all.subList(0, 3)) {
      // a broker asks with every request
      assertEquals("ANONYMOUS", each.build(SOMEBODY).getName());
      each.build(SOMEBODY);
    }
    for (var each : all.subList(3, 5)) {
      assertThrows(AuthenticationException.class, () -> each.build(SOMEBODY));
      each.close();
    }
    // one that closes makes room for one
    all.get(0).close();
    all.get(0).close();
    var next = connections(2, "");
    next.get(0).build(SOMEBODY);
    assertThrows(AuthenticationException.class, () -> next.get(1).build(SOMEBODY));
    all.forEach(BoundedConnections::close);
    next.forEach(BoundedConnections::close);
  }

  @Test
  void superUsersHoldAsManyAsTheyLike() {
    var all = connections(10, "User:kafka-1; User:ANONYMOUS");
    all.forEach(each -> each.build(SOMEBODY));
    all.forEach(BoundedConnections::close);
  }
}
