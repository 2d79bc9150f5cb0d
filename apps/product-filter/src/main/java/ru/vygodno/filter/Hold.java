package ru.vygodno.filter;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Why the record of a product in the products store is not simply what is listed. A product without a hold is listed
 * exactly when it is in that store.
 *
 * @param rules the rules that keep the product out of the catalogue; empty when none does
 * @param original the last valid version when a malformed record has come over it, else null
 * @param malformed whether the products store holds a malformed record
 */
record Hold(List<String> rules, byte[] original, boolean malformed) {
  static Hold blockedBy(List<String> rules) {
    return new Hold(rules, null, false);
  }

  boolean blocked() {
    return !rules.isEmpty();
  }

  /** Whether there is a valid version of the product at all. */
  boolean hasProduct() {
    return !malformed || original != null;
  }

  Hold withRules(List<String> changed) {
    return new Hold(changed, original, malformed);
  }

  /** Whether it says nothing that the products store doesn't say alone. */
  boolean needless() {
    return rules.isEmpty() && !malformed;
  }

  byte[] encode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeShort(rules.size());
      for (String rule : rules) {
        out.writeUTF(rule);
      }
      out.writeBoolean(malformed);
      if (original != null) {
        out.write(original);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("can't happen: the bytes are in memory", e);
    }
    return bytes.toByteArray();
  }

  static Hold decode(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int n = in.readUnsignedShort();
      List<String> rules = new ArrayList<>(n);
      for (int i = 0; i < n; i++) {
        rules.add(in.readUTF());
      }
      boolean malformed = in.readBoolean();
      byte[] original = in.readAllBytes();
      // A product has at least its braces: no bytes means no product.
      return new Hold(rules, original.length == 0 ? null : original, malformed);
    } catch (IOException e) {
      throw new UncheckedIOException("the holds store has an entry that this version can't read", e);
    }
  }
}
