package concbench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON as the protocol uses it: objects, arrays, strings, true, false and null as Java's own; whole
 * numbers as Long, others as Double.
 */
final class Json {
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1;

    Malformed(String what) {
      super(what);
    }
  }

  private static final int DEEPEST = 64;

  private final String text;
  private int at = 0;

  private Json(String text) {
    this.text = text;
  }

  static Object parse(String text) throws Malformed {
    Json json = new Json(text);
    Object value = json.value(0);
    if (json.peek() != 0) throw json.malformed();
    return value;
  }

  private Malformed malformed() {
    return new Malformed("not JSON at character " + at);
  }

  /** The next character that is no blank; 0 at the end. */
  private char peek() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) ++at;
    return at < text.length() ? text.charAt(at) : 0;
  }

  private boolean skip(char wanted) {
    if (peek() != wanted) return false;
    ++at;
    return true;
  }

  private void require(char wanted) throws Malformed {
    if (!skip(wanted)) throw malformed();
  }

  private Object value(int depth) throws Malformed {
    if (depth > DEEPEST) throw malformed();
    switch (peek()) {
      case '{':
        return object(depth);
      case '[':
        return array(depth);
      case '"':
        return string();
      case 't':
        return word("true", Boolean.TRUE);
      case 'f':
        return word("false", Boolean.FALSE);
      case 'n':
        return word("null", null);
      default:
        return number();
    }
  }

  private Map<String, Object> object(int depth) throws Malformed {
    Map<String, Object> fields = new LinkedHashMap<>();
    require('{');
    if (skip('}')) return fields;
    do {
      if (peek() != '"') throw malformed();
      String name = string();
      require(':');
      fields.put(name, value(depth + 1));
    } while (skip(','));
    require('}');
    return fields;
  }

  private List<Object> array(int depth) throws Malformed {
    List<Object> items = new ArrayList<>();
    require('[');
    if (skip(']')) return items;
    do {
      items.add(value(depth + 1));
    } while (skip(','));
    require(']');
    return items;
  }

  private Object word(String word, Object meaning) throws Malformed {
    if (!text.startsWith(word, at)) throw malformed();
    at += word.length();
    return meaning;
  }

  private Object number() throws Malformed {
    int first = at;
    while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) ++at;
    String number = text.substring(first, at);
    if (!number.matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?")) throw malformed();
    try {
      return Long.valueOf(number);
    } catch (NumberFormatException noLong) {
      return Double.valueOf(number);
    }
  }

  private String string() throws Malformed {
    StringBuilder made = new StringBuilder();
    ++at;
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == '"') return made.toString();
      if (c < ' ') break;
      made.append(c == '\\' ? escaped() : c);
    }
    throw malformed();
  }

  private char escaped() throws Malformed {
    if (at >= text.length()) throw malformed();
    char c = text.charAt(at++);
    int known = "\"\\/bfnrt".indexOf(c);
    if (known >= 0) return "\"\\/\b\f\n\r\t".charAt(known);
    if (c != 'u' || at + 4 > text.length()) throw malformed();
    try {
      at += 4;
      return (char) Integer.parseInt(text.substring(at - 4, at), 16);
    } catch (NumberFormatException noHex) {
      throw malformed();
    }
  }

  /** On one line. Objects are maps, arrays are iterables. */
  static String write(Object value) {
    StringBuilder line = new StringBuilder();
    write(value, line);
    return line.toString();
  }

  private static void write(Object value, StringBuilder line) {
    if (value instanceof Map<?, ?> fields) {
      line.append('{');
      String comma = "";
      for (Map.Entry<?, ?> field : fields.entrySet()) {
        line.append(comma);
        quote(field.getKey().toString(), line);
        line.append(':');
        write(field.getValue(), line);
        comma = ",";
      }
      line.append('}');
    } else if (value instanceof Iterable<?> items) {
      line.append('[');
      String comma = "";
      for (Object item : items) {
        line.append(comma);
        write(item, line);
        comma = ",";
      }
      line.append(']');
    } else if (value instanceof String string) {
      quote(string, line);
    } else {
      line.append(value);
    }
  }

  private static void quote(String string, StringBuilder line) {
    line.append('"');
    for (char c : string.toCharArray()) {
      if (c == '"' || c == '\\') {
        line.append('\\').append(c);
      } else if (c < ' ') {
        line.append(String.format("\\u%04x", (int) c));
      } else {
        line.append(c);
      }
    }
    line.append('"');
  }
}
