package dev.steerc.plan;

import java.util.Locale;

/** Whether a host has to feed the ports. */
public enum InputMode {
  /** Each port has a neutral default; a host that does not know of it runs the original model. */
  OPTIONAL,
  /** Each port is an ordinary input that every run feeds. */
  REQUIRED;

  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
