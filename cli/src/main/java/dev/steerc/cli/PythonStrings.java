package dev.steerc.cli;

import java.beans.FeatureDescriptor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import jinjava.javax.el.ELContext;
import jinjava.javax.el.ELResolver;

/** The methods of Python's strings that chat templates call. */
final class PythonStrings extends ELResolver {

  @Override
  public Object invoke(
      ELContext context, Object base, Object method, Class<?>[] types, Object[] given) {
    if (!(base instanceof String text)) {
      return null;
    }
    List<String> args =
        Arrays.stream(given == null ? new Object[0] : given).map(String::valueOf).toList();
    Object result = call(text, String.valueOf(method) + "/" + args.size(), args);
    context.setPropertyResolved(result != null);
    return result;
  }

  /** The result of a method by its name and number of arguments; null when there is none. */
  private static Object call(String text, String method, List<String> args) {
    return switch (method) {
      case "startswith/1" -> text.startsWith(args.get(0));
      case "endswith/1" -> text.endsWith(args.get(0));
      case "lower/0" -> text.toLowerCase(Locale.ROOT);
      case "upper/0" -> text.toUpperCase(Locale.ROOT);
      case "capitalize/0", "title/0" -> capitalised(text);
      case "strip/0" -> text.strip();
      case "lstrip/0" -> text.stripLeading();
      case "rstrip/0" -> text.stripTrailing();
      case "strip/1" -> stripped(text, args.get(0), true, true);
      case "lstrip/1" -> stripped(text, args.get(0), true, false);
      case "rstrip/1" -> stripped(text, args.get(0), false, true);
      case "find/1" -> (long) text.indexOf(args.get(0));
      case "replace/2" -> text.replace(args.get(0), args.get(1));
      case "split/0" -> new ArrayList<>(Arrays.asList(text.strip().split("\\s+")));
      case "split/1" -> new ArrayList<>(Arrays.asList(text.split(Pattern.quote(args.get(0)), -1)));
      default -> null;
    };
  }

  private static String capitalised(String text) {
    return text.isEmpty()
        ? text
        : text.substring(0, 1).toUpperCase(Locale.ROOT)
            + text.substring(1).toLowerCase(Locale.ROOT);
  }

  /** Without the characters at its ends that are among those given. */
  private static String stripped(String text, String among, boolean left, boolean right) {
    int from = 0;
    int to = text.length();
    while (left && from < to && among.indexOf(text.charAt(from)) >= 0) {
      from++;
    }
    while (right && to > from && among.indexOf(text.charAt(to - 1)) >= 0) {
      to--;
    }
    return text.substring(from, to);
  }

  @Override
  public Object getValue(ELContext context, Object base, Object property) {
    return null;
  }

  @Override
  public Class<?> getType(ELContext context, Object base, Object property) {
    return null;
  }

  @Override
  public void setValue(ELContext context, Object base, Object property, Object value) {
    // strings have nothing to set
  }

  @Override
  public boolean isReadOnly(ELContext context, Object base, Object property) {
    return true;
  }

  @Override
  public Iterator<FeatureDescriptor> getFeatureDescriptors(ELContext context, Object base) {
    return Collections.emptyIterator();
  }

  @Override
  public Class<?> getCommonPropertyType(ELContext context, Object base) {
    return null;
  }
}
