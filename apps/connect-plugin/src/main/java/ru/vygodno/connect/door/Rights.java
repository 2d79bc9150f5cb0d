package ru.vygodno.connect.door;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who may call what of a worker, by method, path and query as they stand in the request: nothing is decoded, so that
 * another way of writing the same path is another path, and is refused. What is not said here is refused, too.
 */
final class Rights {
  /** What has to be looked at in the body of a call that is allowed. */
  enum Body { ANY, DECLARED, VALIDATED }

  /**
   * @param of the connector or the class that the path names; empty when it names none
   * @param notesOnly whether the caller sees only our own notes among a connector's settings
   */
  record Allowed(Body body, String of, boolean notesOnly) {}

  private record Right(String method, Pattern path, Pattern query, Body body, boolean notesOnly) {}

  private static final String NAME = "([A-Za-z0-9][A-Za-z0-9._-]*)";
  private static final String ONE = "/connectors/" + NAME;
  private static final String TASK = ONE + "/tasks/[0-9]{1,6}";
  private static final String VALIDATE = "/connector-plugins/" + NAME + "/config/validate";
  /** The connector that copies topics; its positions and our notes of the copies are watched. */
  private static final String COPIER = "/connectors/(mirror-source)";

  private static final String NO_QUERY = "";
  private static final String RESTART = many("(includeTasks|onlyFailed)=(true|false)");
  private static final String FORWARDED = many("(forward|includeTasks|onlyFailed)=(true|false)");

  private final Map<String, List<Right>> byPrincipal;

  /** @param worker whose own certificate, {@code WORKER-rest}, hands on to the leader what this worker has let in */
  Rights(String worker) {
    byPrincipal = Map.of("supervisor", supervisor(), "connect-admin", admin(NO_QUERY, RESTART), worker + "-rest", peer());
  }

  /** What is allowed of a call, if it is. */
  Optional<Allowed> find(String principal, String method, String path, String query) {
    for (Right right : byPrincipal.getOrDefault(principal, List.of())) {
      Matcher found = right.path.matcher(path);
      if (right.method.equals(method) && found.matches() && right.query.matcher(query).matches()) {
        return Optional.of(new Allowed(right.body, found.groupCount() > 0 ? found.group(1) : "", right.notesOnly));
      }
    }
    return Optional.empty();
  }

  /** Looks at states, and restarts. */
  private static List<Right> supervisor() {
    return List.of(
        right("GET", "/", NO_QUERY),
        right("GET", "/health", NO_QUERY),
        right("GET", "/connectors", "expand=status"),
        right("POST", ONE + "/restart", RESTART),
        right("POST", TASK + "/restart", NO_QUERY),
        right("GET", COPIER + "/offsets", NO_QUERY),
        new Right("GET", Pattern.compile(COPIER + "/config"), Pattern.compile(NO_QUERY), Body.ANY, true));
  }

  /** What plan, apply and check need. */
  private static List<Right> admin(String query, String restart) {
    return List.of(
        right("GET", "/", query),
        right("GET", "/health", query),
        right("GET", "/connectors", many("expand=(info|status)")),
        right("PUT", ONE + "/config", query, Body.DECLARED),
        right("PUT", VALIDATE, query, Body.VALIDATED),
        right("POST", ONE + "/restart", restart),
        right("POST", TASK + "/restart", query),
        right("PUT", ONE + "/(?:resume|stop)", query),
        right("GET", ONE + "/offsets", query),
        right("PATCH", ONE + "/offsets", query),
        right("DELETE", ONE, query));
  }

  /** The same, handed on by a worker that has let it in, and what workers have to say to each other, which they sign. */
  private static List<Right> peer() {
    List<Right> rights = new ArrayList<>(admin(FORWARDED, FORWARDED));
    rights.add(right("GET", COPIER + "/config", FORWARDED));
    rights.add(right("POST", ONE + "/tasks", FORWARDED));
    rights.add(right("PUT", ONE + "/fence", FORWARDED));
    return rights;
  }

  private static String many(String one) {
    return "|" + one + "(&" + one + ")*";
  }

  private static Right right(String method, String path, String query) {
    return right(method, path, query, Body.ANY);
  }

  private static Right right(String method, String path, String query, Body body) {
    return new Right(method, Pattern.compile(path), Pattern.compile(query), body, false);
  }
}
