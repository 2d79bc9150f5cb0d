package ru.vygodno.connect;

/** The version Connect shows for our plugins. */
final class Version {
  /** From the jar's manifest; a class folder, as in tests, has none. */
  static final String OWN = implementation();

  private Version() {}

  private static String implementation() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "undefined" : version;
  }
}
