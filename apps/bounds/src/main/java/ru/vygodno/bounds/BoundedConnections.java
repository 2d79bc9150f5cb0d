package ru.vygodno.bounds;

import java.io.Closeable;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.Configurable;
import org.apache.kafka.common.config.internals.BrokerSecurityConfigs;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.security.auth.AuthenticationContext;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.KafkaPrincipalBuilder;
import org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder;
import org.apache.kafka.common.security.ssl.SslPrincipalMapper;

/**
 * Kafka's own principals, of whom none may hold more than so many connections to a broker; those of {@code super.users}
 * may. Kafka bounds connections by listener and by address only, and here all come from one machine.
 *
 * <p>A broker makes one of these for each connection and closes it with the connection; with the change of
 * {@code SslChannelBuilder} in pom.xml it asks for the principal as soon as the handshake is done. So who connects and
 * says nothing is counted, too.
 */
public final class BoundedConnections implements KafkaPrincipalBuilder, Configurable, Closeable {
  /** What a broker's configuration calls the most connections of one principal. */
  static final String MOST = "vygodno.connections.of.principal";

  private static final Map<KafkaPrincipal, Integer> OPEN = new ConcurrentHashMap<>();

  private DefaultKafkaPrincipalBuilder builder;
  private Set<String> unbounded;
  private int most;
  private KafkaPrincipal counted;

  @Override
  public void configure(Map<String, ?> settings) {
    var rules = String.valueOf(settings.get(BrokerSecurityConfigs.SSL_PRINCIPAL_MAPPING_RULES_CONFIG));
    builder = new DefaultKafkaPrincipalBuilder(null, SslPrincipalMapper.fromRules(rules));
    var all = String.valueOf(settings.get("super.users"));
    unbounded = Arrays.stream(all.split(";")).map(String::trim).collect(Collectors.toSet());
    most = Integer.parseInt(String.valueOf(settings.get(MOST)));
  }

  /**
   * @throws AuthenticationException when the principal has as many connections as it may; this one is then closed
   */
  @Override
  public KafkaPrincipal build(AuthenticationContext context) {
    if (counted == null) {
      var principal = builder.build(context);
      count(principal);
      counted = principal;
    }
    return counted;
  }

  private void count(KafkaPrincipal principal) {
    if (OPEN.merge(principal, 1, Integer::sum) > most && !unbounded.contains(principal.toString())) {
      uncount(principal);
      throw new AuthenticationException("expected at most " + most + " connections of " + principal + ", got one more");
    }
  }

  private static void uncount(KafkaPrincipal principal) {
    OPEN.computeIfPresent(principal, (key, open) -> open == 1 ? null : open - 1);
  }

  @Override
  public void close() {
    if (counted != null) {
      uncount(counted);
      counted = null;
    }
  }

  @Override
  public byte[] serialize(KafkaPrincipal principal) {
    return builder.serialize(principal);
  }

  @Override
  public KafkaPrincipal deserialize(byte[] bytes) {
    return builder.deserialize(bytes);
  }
}
