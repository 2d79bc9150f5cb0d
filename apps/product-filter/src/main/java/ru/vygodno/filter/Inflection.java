package ru.vygodno.filter;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The forms of a word: cases and numbers of Russian nouns and adjectives, with their fleeting vowels, and the English
 * plural. Made once from the word of a rule, so that a name costs look-ups only and words that merely begin alike stay
 * apart. A word is taken for what its ending says, as in a dictionary or in the plural; what is no word of the language
 * occurs in no name. Verbs, and words derived from others (табачный, котёнок, табакерка), are other words: docs/text.md.
 */
final class Inflection {
  private static final String VOWELS = "аеиоуыэюя";
  private static final String HUSHING = "жчшщ";
  private static final List<String> HARD_ADJECTIVE =
      List.of("ыми", "ого", "ому", "ый", "ой", "ая", "ое", "ые", "ую", "ых", "ым", "ом", "ою");
  private static final List<String> SOFT_ADJECTIVE =
      List.of("ими", "его", "ему", "ий", "яя", "ее", "ие", "юю", "их", "им", "ем", "ей", "ею");
  /** After г, к, х and hushing letters the endings of both are found. */
  private static final List<String> MIXED_ADJECTIVE = List.of("ими", "ого", "его", "ому", "ему", "ий", "ой", "ая", "ое",
      "ее", "ие", "ую", "их", "им", "ом", "ем", "ей", "ою", "ею");
  private static final List<String> PLURAL_OF_ALL = List.of("ам", "ами", "ах");
  private static final List<String> SOFT_PLURAL_OF_ALL = List.of("ям", "ями", "ях");
  /** One syllable whose vowel goes: лёд, льда. */
  private static final Map<String, String> SHORT = Map.ofEntries(Map.entry("лед", "льд"), Map.entry("лен", "льн"),
      Map.entry("лев", "льв"), Map.entry("пес", "пс"), Map.entry("сон", "сн"), Map.entry("мох", "мх"),
      Map.entry("рот", "рт"), Map.entry("ров", "рв"), Map.entry("шов", "шв"), Map.entry("лоб", "лб"));

  private final String word;
  private final Set<String> forms = new HashSet<>();

  private Inflection(String word) {
    this.word = word;
    forms.add(word);
  }

  /**
   * Returns the forms of a word, itself among them, as keys.
   *
   * @param word in its normal form
   */
  static Set<String> forms(String word) {
    Inflection made = new Inflection(TextForm.key(word));
    if (word.length() >= 3 && word.chars().anyMatch(c -> c >= 'a' && c <= 'z')) {
      made.english();
    }
    if (made.word.chars().allMatch(c -> c >= 'а' && c <= 'я') && syllables(made.word) > 0) {
      made.russian();
    }
    return made.forms;
  }

  /** In keys s is ѕ, y is у, i is і and e is е. */
  private void english() {
    boolean plural = word.endsWith("ѕ") && !word.endsWith("ѕѕ") && word.length() > 3;
    String one = plural ? cut(word, 1) : word;
    add(one, List.of("", "ѕ", "еѕ"));
    if (one.endsWith("у")) {
      add(cut(one, 1), List.of("іеѕ"));
    } else if (plural && one.endsWith("іе")) {
      add(cut(one, 2), List.of("у"));
    }
  }

  private void russian() {
    boolean reflexive = word.endsWith("ся") && word.length() > 6;
    String plain = reflexive ? cut(word, 2) : word;
    adjective(plain, HARD_ADJECTIVE, reflexive ? "ся" : "");
    adjective(plain, SOFT_ADJECTIVE, reflexive ? "ся" : "");
    if (word.endsWith("енок") || word.endsWith("онок")) {
      String young = cut(word, 4) + (word.endsWith("енок") ? "ят" : "ат");
      add(young, List.of("а", ""));
      add(young, PLURAL_OF_ALL);
    }
    noun(word.charAt(word.length() - 1));
  }

  private void adjective(String plain, List<String> endings, String after) {
    for (String ending : endings) {
      if (plain.endsWith(ending) && plain.length() - ending.length() >= 2) {
        String stem = cut(plain, ending.length());
        char last = stem.charAt(stem.length() - 1);
        if (VOWELS.indexOf(last) < 0) {
          List<String> own = "гкх".indexOf(last) >= 0 || HUSHING.indexOf(last) >= 0 ? MIXED_ADJECTIVE : endings;
          own.forEach(one -> forms.add(stem + one + after));
        }
        return;
      }
    }
  }

  private void noun(char last) {
    String stem = cut(word, 1);
    boolean afterVowel = !stem.isEmpty() && VOWELS.indexOf(stem.charAt(stem.length() - 1)) >= 0;
    switch (last) {
      case 'а' -> feminine(stem);
      case 'я' -> softFeminine(stem);
      case 'о' -> {
        if (stem.length() >= 2 && !afterVowel) {
          hard(stem, List.of("о", "а", "у", "ом", "е", ""));
          add(stem, "гкх".indexOf(end(stem)) >= 0 ? List.of("и") : List.of());
          withVowel(stem, "");
        }
      }
      case 'е' -> neuter(stem, afterVowel);
      case 'ь' -> softSign(stem);
      case 'й' -> softMasculine(stem);
      case 'ы', 'и' -> plural(stem, last);
      case 'у' -> {
        if (stem.length() >= 3 && !afterVowel) {
          masculine(stem);
          feminine(stem);
        }
      }
      case 'ю' -> {
        if (stem.length() >= 4) {
          softFeminine(stem);
          softSign(stem);
        }
      }
      case 'э' -> { }
      default -> {
        masculine(word);
        withoutVowel();
      }
    }
  }

  private void masculine(String stem) {
    hard(stem, List.of("", "а", "у", "е"));
    add(stem, isHushing(stem) ? List.of("ом", "ем", "ей") : end(stem) == 'ц' ? List.of("ом", "ем", "ов", "ев")
        : List.of("ом", "ов"));
    // or the genitive plural of a word in а; «банк» is not that
    if (syllables(stem) >= 2) {
      add(stem, List.of("ой", "ою"));
    }
  }

  private void feminine(String stem) {
    if (stem.length() < 2) {
      return;
    }
    hard(stem, List.of("а", "у", "е", "", "ой", "ою"));
    add(stem, isHushing(stem) || end(stem) == 'ц' ? List.of("ей", "ею") : List.of());
    withVowel(stem, "");
  }

  private void softFeminine(String stem) {
    if (stem.length() < 2) {
      return;
    }
    add(stem, List.of("я", "и", "е", "ю", "ей", "ею"));
    add(stem, SOFT_PLURAL_OF_ALL);
    char last = end(stem);
    if (VOWELS.indexOf(last) >= 0) {
      forms.add(stem + "й");
    } else if (last == 'ь') {
      add(cut(stem, 1), List.of("ей", "ий"));
    } else {
      forms.add(stem + "ь");
      withVowel(stem, "");
      withVowel(stem, "ь");
    }
    if (stem.endsWith("м")) {
      add(stem + "ен", List.of("и", "ем", "а", "", "ам", "ами", "ах"));
    }
  }

  private void neuter(String stem, boolean afterVowel) {
    if (stem.length() < 2 || (afterVowel && end(stem) != 'и')) {
      return;
    }
    if (isHushing(stem) || end(stem) == 'ц') {
      add(stem, List.of("е", "а", "у", "ем", ""));
      add(stem, PLURAL_OF_ALL);
      withVowel(stem, "");
      return;
    }
    add(stem, List.of("е", "я", "ю", "ем", "ей", "и"));
    add(stem, SOFT_PLURAL_OF_ALL);
    if (end(stem) == 'и') {
      forms.add(stem + "й");
    } else if (end(stem) == 'ь') {
      forms.add(cut(stem, 1) + "ий");
    }
  }

  private void softSign(String stem) {
    if (stem.length() < 2) {
      return;
    }
    add(stem, List.of("ь", "я", "ю", "ем", "е", "и", "ей", "ью"));
    add(stem, isHushing(stem) ? PLURAL_OF_ALL : SOFT_PLURAL_OF_ALL);
    String fleeting = stem.replaceFirst("[ео](?=[нлтв]$)", "");
    if (!fleeting.equals(stem) && fleeting.length() >= 2 && VOWELS.indexOf(fleeting.charAt(fleeting.length() - 2)) < 0) {
      add(fleeting, List.of("я", "ю", "ем", "е", "и", "ей"));
      add(fleeting, SOFT_PLURAL_OF_ALL);
    }
  }

  private void softMasculine(String stem) {
    if (stem.length() < 2) {
      return;
    }
    add(stem, List.of("й", "я", "ю", "ем", "е", "и", "ев"));
    add(stem, SOFT_PLURAL_OF_ALL);
    if (stem.endsWith("е") && syllables(stem) >= 2) {
      add(cut(stem, 1) + "ь", List.of("я", "ю", "ем", "е", "и", "ев", "ям", "ями", "ях"));
    }
  }

  private void plural(String stem, char last) {
    if (stem.length() < 2) {
      return;
    }
    if (last == 'ы' || "гкх".indexOf(end(stem)) >= 0 || isHushing(stem)) {
      masculine(stem);
      feminine(stem);
    }
    if (last == 'и' && "гкх".indexOf(end(stem)) < 0) {
      softFeminine(stem);
      if (VOWELS.indexOf(end(stem)) >= 0) {
        softMasculine(stem);
        neuter(stem, true);
      } else {
        softSign(stem);
      }
    }
  }

  /** The endings of nouns on a hard consonant, with ы or и as it has to be. */
  private void hard(String stem, List<String> endings) {
    add(stem, endings);
    add(stem, PLURAL_OF_ALL);
    forms.add(stem + ("гкх".indexOf(end(stem)) >= 0 || isHushing(stem) ? "и" : "ы"));
  }

  /** «чехол» is also «чехл-», «палец» «пальц-», «боец» «бойц-», «уголёк» «угольк-». */
  private void withoutVowel() {
    if (SHORT.containsKey(word)) {
      masculine(SHORT.get(word));
    }
    if (syllables(word) < 2 || !word.matches(".*([ео][кл]|е[цр])")) {
      return;
    }
    String before = cut(word, 2);
    char last = end(word);
    if (VOWELS.indexOf(end(before)) >= 0) {
      masculine(before + "й" + last);
      return;
    }
    masculine(before + last);
    if (word.charAt(word.length() - 2) == 'е' && "кц".indexOf(last) >= 0) {
      masculine(before + "ь" + last);
    }
  }

  /** The genitive plural: «трубк-» is «трубок», «чашк-» «чашек», «письм-» «писем», «копейк-» «копеек». */
  private void withVowel(String stem, String after) {
    int at = stem.length() - 1;
    if (at < 1 || VOWELS.indexOf(stem.charAt(at)) >= 0 || VOWELS.indexOf(stem.charAt(at - 1)) >= 0) {
      return;
    }
    char before = stem.charAt(at - 1);
    if (before == 'ь' || before == 'й') {
      forms.add(stem.substring(0, at - 1) + "е" + stem.charAt(at) + after);
    } else {
      forms.add(stem.substring(0, at) + "о" + stem.charAt(at) + after);
      forms.add(stem.substring(0, at) + "е" + stem.charAt(at) + after);
    }
  }

  private void add(String stem, List<String> endings) {
    endings.forEach(ending -> forms.add(stem + ending));
  }

  private static boolean isHushing(String stem) {
    return HUSHING.indexOf(end(stem)) >= 0;
  }

  private static char end(String text) {
    return text.isEmpty() ? ' ' : text.charAt(text.length() - 1);
  }

  private static String cut(String text, int letters) {
    return text.substring(0, text.length() - letters);
  }

  private static long syllables(String text) {
    return text.chars().filter(c -> VOWELS.indexOf(c) >= 0).count();
  }
}
