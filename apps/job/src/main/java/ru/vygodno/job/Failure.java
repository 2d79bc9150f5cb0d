package ru.vygodno.job;

/** What ends a job: an exit code, a stable code, and one line of what was expected and what was seen. */
public final class Failure extends RuntimeException {
  public static final int INFRASTRUCTURE = 1;
  public static final int USAGE = 2;
  public static final int PREREQUISITE = 3;
  public static final int CHECK = 4;

  private final int exit;
  private final String code;

  /** @param message what was expected and what was seen */
  public Failure(int exit, String code, String message) {
    super(message);
    this.exit = exit;
    this.code = code;
  }

  /** @return the exit code of the process */
  public int exit() {
    return exit;
  }

  /** @return {@code CODE message} */
  public String line() {
    return code + " " + getMessage();
  }
}
