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
 * @param original the product's version when it is not the products store's: another record has come over it, or it came by
 *     another topic; else null
 * @param aside whether the products store's record, if there is one, is not the product's version
 * @param owner the store that the id belongs to when its version does not tell: it is withdrawn, or was given away; else null
 */
record Hold(List<String> rules, byte[] original, boolean aside, String owner) {
  private static final int ASIDE = 1;
  private static final int OWNED = 2;

  static Hold blockedBy(List<String> rules) {
    return new Hold(rules, null, false, null);
  }

  /** There is no product; its id belongs to a store all the same. */
  static Hold ownedBy(String store) {
    return new Hold(List.of(), null, true, store);
  }

  boolean blocked() {
    return !rules.isEmpty();
  }

  /** Whether there is a valid version of the product at all. */
  boolean hasProduct() {
    return !aside || original != null;
  }

  Hold withRules(List<String> changed) {
    return new Hold(changed, original, aside, owner);
  }

  Hold withOwner(String store) {
    return new Hold(rules, original, aside, store);
  }

  /** Whether it says nothing that the products store doesn't say alone. */
  boolean needless() {
    return rules.isEmpty() && !aside && owner == null;
  }

  byte[] encode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeShort(rules.size());
      for (String rule : rules) {
        out.writeUTF(rule);
      }
      out.writeByte((aside ? ASIDE : 0) | (owner == null ? 0 : OWNED));
      if (owner != null) {
        out.writeUTF(owner);
      }
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
      int flags = in.readUnsignedByte();
      String owner = (flags & OWNED) == 0 ? null : in.readUTF();
      byte[] original = in.readAllBytes();
      // A product has at least its braces: no bytes means no product.
      return new Hold(rules, original.length == 0 ? null : original, (flags & ASIDE) != 0, owner);
    } catch (IOException e) {
      throw new UncheckedIOException("the holds store has an entry that this version can't read", e);
    }
  }
}
