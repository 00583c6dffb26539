package dev.steerc.cli.serve.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Locale;

/** Which addresses only this machine reaches. */
final class Addresses {
  private Addresses() {}

  /** Whether all that a host's name stands for is this machine alone. */
  static boolean isPrivate(String host) {
    try {
      return Arrays.stream(InetAddress.getAllByName(host)).allMatch(InetAddress::isLoopbackAddress);
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /**
   * Whether a name cannot be made by others to stand for this machine: names are looked up in the
   * net, where a stranger's may be given the address 127.0.0.1.
   */
  static boolean isOwn(String host) {
    return host.equals("localhost") || host.equals("[::1]") || host.matches("127(\\.\\d{1,3}){3}");
  }

  /** The host of an authority such as {@code localhost:8080}, in lower case. */
  static String host(String authority) {
    return authority.replaceFirst(":\\d*$", "").toLowerCase(Locale.ROOT);
  }
}
