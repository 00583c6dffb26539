package dev.steerc.cli.serve.batching;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Waiting requests in fair order: callers take turns, and each one's requests stay in theirs. Not
 * safe for threads.
 */
final class Turns {
  private final Map<String, Deque<Ticket>> byCaller = new LinkedHashMap<>();
  private int size;

  int size() {
    return size;
  }

  /** Whether a caller waits already. */
  boolean has(String caller) {
    return byCaller.containsKey(caller);
  }

  void add(Ticket ticket) {
    byCaller.computeIfAbsent(ticket.caller(), caller -> new ArrayDeque<>()).add(ticket);
    size++;
  }

  /** Whose turn it is. */
  Optional<Ticket> peek() {
    return byCaller.values().stream().findFirst().map(Deque::peek);
  }

  /** Takes the one whose turn it is; its caller goes to the end. */
  Ticket take() {
    String caller = byCaller.keySet().iterator().next();
    Deque<Ticket> own = byCaller.remove(caller);
    Ticket ticket = own.poll();
    if (!own.isEmpty()) {
      byCaller.put(caller, own);
    }
    size--;
    return ticket;
  }

  /** Takes out all of some kind. */
  List<Ticket> remove(Predicate<Ticket> which) {
    List<Ticket> removed = new ArrayList<>();
    for (Iterator<Deque<Ticket>> all = byCaller.values().iterator(); all.hasNext(); ) {
      Deque<Ticket> own = all.next();
      own.stream().filter(which).forEach(removed::add);
      own.removeIf(which);
      if (own.isEmpty()) {
        all.remove();
      }
    }
    size -= removed.size();
    return removed;
  }
}
