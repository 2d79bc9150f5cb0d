package ru.vygodno.filter;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What a rule on words asks of a name: for each of its words one of the forms of that word. A word in double quotes has
 * no other form.
 *
 * @param id the rule's key
 * @param words the forms of each word, as keys
 * @param pairs whether it asks for a word and a number as one: «a7»
 */
record WordRule(String id, List<Set<String>> words, boolean pairs) {
  /** Reads the words of a rule as it was written; none when it holds no letter and no digit. */
  static WordRule of(String id, String value) {
    List<Set<String>> words = new ArrayList<>();
    boolean pairs = false;
    String[] parts = value.split("\"", -1);
    for (int part = 0; part < parts.length; part++) {
      // what follows a quotation mark that is not closed is not quoted
      boolean exact = part % 2 == 1 && part < parts.length - 1;
      String form = TextForm.of(parts[part]);
      for (int at = 0, to; at < form.length(); at = to) {
        to = Runs.end(form, at);
        if (to == at) {
          to += Character.charCount(form.codePointAt(at));
        } else if (Runs.endOfKind(form, at, to) == to) {
          String word = form.substring(at, to);
          boolean only = exact || word.length() == 1 || Runs.isDigit(form, at);
          words.add(only ? Set.of(NameWords.word(word)) : Inflection.forms(word));
        } else {
          pairs = true;
          pairs(form, at, to, words);
        }
      }
    }
    return new WordRule(id, words, pairs);
  }

  private static void pairs(String form, int from, int to, List<Set<String>> words) {
    int middle = Runs.endOfKind(form, from, to);
    for (int at = from; middle < to; at = middle, middle = Runs.endOfKind(form, middle, to)) {
      words.add(Set.of(TextForm.key(form.substring(at, Runs.endOfKind(form, middle, to)))));
    }
  }

  /** Whether a name with these words is meant. */
  boolean matches(Set<String> name) {
    for (Set<String> forms : words) {
      if (!hasOneOf(name, forms)) {
        return false;
      }
    }
    return true;
  }

  private static boolean hasOneOf(Set<String> name, Set<String> forms) {
    for (String word : name) {
      if (forms.contains(word)) {
        return true;
      }
    }
    return false;
  }
}
