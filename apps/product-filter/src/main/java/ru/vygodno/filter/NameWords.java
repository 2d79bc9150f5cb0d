package ru.vygodno.filter;

import java.util.HashSet;
import java.util.Set;

/**
 * The words of a product's name, as keys: also those that a reader finds in «Вейп5000», «вейпX2», «в е й п», «ве-йп» and
 * «3олото».
 */
final class NameWords {
  /** Of fewer letters an alphabet's part of a word, or letters set apart, say nothing. */
  private static final int FEWEST = 3;
  /** Letters set apart have no more than this between them: «в - е - й - п». */
  private static final int MOST_BETWEEN = 3;
  private static final String LIKE_DIGITS = "о__зч_б___";

  private final String form;
  private final Set<String> words = new HashSet<>();
  private final boolean pairs;
  /** Where the letters or parts that make one word together begin; and how many they are. */
  private int chainFrom;
  private int chained;
  private boolean ofLetters;
  private int lastTo;
  private int runFrom;
  private int runTo;

  private NameWords(String form, boolean pairs) {
    this.form = form;
    this.pairs = pairs;
  }

  /**
   * Returns the words.
   *
   * @param form the name in its normal form
   * @param pairs whether a word and the number after it, or before it, are wanted as one, too: «a» and «7» as «a7»
   */
  static Set<String> of(String form, boolean pairs) {
    NameWords name = new NameWords(form, pairs);
    int length = form.length();
    for (int at = 0; at < length; ) {
      int to = Runs.end(form, at);
      if (to > at) {
        name.token(at, to);
        at = to;
      } else {
        at += Character.charCount(form.codePointAt(at));
      }
    }
    name.endChain();
    return name.words;
  }

  /** Returns the key of a word; of one letter it is the letter: «С» and «C» alone say nothing by their looks. */
  static String word(String run) {
    return run.length() == 1 ? run : TextForm.key(run);
  }

  /** Takes a run of letters and digits. */
  private void token(int from, int to) {
    int letters = 0;
    for (int at = from, end; at < to; at = end) {
      end = Runs.endOfKind(form, at, to);
      boolean digits = Runs.isDigit(form, at);
      String run = word(form.substring(at, end));
      letters += digits ? 0 : end - at;
      if (!digits) {
        words.add(run);
        alphabets(at, end);
      } else if (at == from && end == to) {
        words.add(run);
      }
      if (pairs) {
        pair(at, end, digits);
      }
    }
    int length = to - from;
    if (letters < length && letters >= FEWEST && letters > length - letters) {
      digitsForLetters(from, to);
    }
    chain(from, to, letters == length);
  }

  /** Takes a word and a number as one: «A7», «A-7», «iPhone 15», and not «°C 5». */
  private void pair(int from, int to, boolean digits) {
    boolean near = from == runTo || (from == runTo + 1 && (form.charAt(runTo) != ' '
        || (digits ? runTo - runFrom : to - from) >= FEWEST));
    if (runTo > 0 && near && Runs.isDigit(form, runFrom) != digits) {
      words.add(TextForm.key(form.substring(runFrom, runTo)) + TextForm.key(form.substring(from, to)));
    }
    runFrom = from;
    runTo = to;
  }

  /** Takes the parts of a word of two alphabets: «вейпx» is also «вейп». */
  private void alphabets(int from, int to) {
    boolean latin = Runs.isLatin(form, from);
    int begun = from;
    for (int at = from + 1; at <= to; at++) {
      if (at == to ? begun > from : Runs.isLatin(form, at) != latin) {
        if (at - begun >= FEWEST) {
          words.add(TextForm.key(form.substring(begun, at)));
        }
        begun = at;
        latin = !latin;
      }
    }
  }

  private void digitsForLetters(int from, int to) {
    StringBuilder word = new StringBuilder(to - from);
    for (int at = from; at < to; at++) {
      char c = form.charAt(at);
      char letter = c >= '0' && c <= '9' ? LIKE_DIGITS.charAt(c - '0') : TextForm.cyrillic(c);
      if (letter == '_') {
        return;
      }
      word.append(letter);
    }
    words.add(word.toString());
  }

  private void chain(int from, int to, boolean letters) {
    int between = from - lastTo;
    boolean letter = letters && to - from == 1;
    boolean apart = letter && ofLetters && between <= MOST_BETWEEN;
    boolean joined = letters && between == 1 && from > 0 && form.charAt(lastTo) != ' ';
    if (chained > 0 && (apart || joined)) {
      ofLetters = apart;
      chained++;
    } else {
      endChain();
      chainFrom = from;
      chained = letters ? 1 : 0;
      ofLetters = letter;
    }
    lastTo = to;
  }

  private void endChain() {
    if (chained < (ofLetters ? FEWEST : 2)) {
      return;
    }
    StringBuilder word = new StringBuilder(lastTo - chainFrom);
    for (int at = chainFrom; at < lastTo; at++) {
      char c = form.charAt(at);
      if (Character.isLetter(c) || Character.isSurrogate(c)) {
        word.append(TextForm.cyrillic(c));
      }
    }
    words.add(word.toString());
  }
}
