package dev.steerc.cli;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Amounts with a unit, as people type them. */
final class Amounts {
  private Amounts() {}

  /** Bytes, as {@code 64m} or {@code 1g}. */
  static final class Bytes implements ITypeConverter<Long> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,9})([kmg]?)b?");

    @Override
    public Long convert(String text) {
      Matcher form = FORM.matcher(text.toLowerCase(Locale.ROOT));
      if (!form.matches()) {
        throw new TypeConversionException("'" + text + "' is no size such as 64m or 1g");
      }
      int unit = " kmg".indexOf(form.group(2).isEmpty() ? " " : form.group(2));
      return Long.parseLong(form.group(1)) << 10 * unit;
    }
  }

  /** Time, as {@code 30s}, {@code 2m}, {@code 1h} or {@code 500ms}; seconds without a unit. */
  static final class Time implements ITypeConverter<Duration> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,9})(ms|s|m|h|)");

    @Override
    public Duration convert(String text) {
      Matcher form = FORM.matcher(text.toLowerCase(Locale.ROOT));
      if (!form.matches()) {
        throw new TypeConversionException("'" + text + "' is no time such as 30s or 2m");
      }
      long count = Long.parseLong(form.group(1));
      return switch (form.group(2)) {
        case "ms" -> Duration.ofMillis(count);
        case "m" -> Duration.ofMinutes(count);
        case "h" -> Duration.ofHours(count);
        default -> Duration.ofSeconds(count);
      };
    }
  }
}
