package dev.steerc.cli.serve.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What some clients saw who asked at once, each one request after the other.
 *
 * @param requests how many had a token
 * @param tokens how many tokens that were
 * @param seconds how long it took
 * @param first the seconds to the first token of each, in ascending order
 * @param wrong what differs from the text generated alone, or is a problem
 */
public record Load(
    int clients, long requests, long tokens, double seconds, double[] first, List<Wrong> wrong) {

  /** An answer that is not the expected one. */
  public record Wrong(String request, int status, String expected, String answered) {}

  public double tokensPerSecond() {
    return tokens / seconds;
  }

  /** The seconds within which that share of the requests had their first token. */
  public double firstWithin(double share) {
    int at = (int) Math.ceil(share * first.length) - 1;
    return first.length == 0 ? Double.NaN : first[Math.max(0, Math.min(at, first.length - 1))];
  }

  /**
   * Has clients ask.
   *
   * @param count how many requests in all; 0 for as many as the time allows
   */
  static Load of(Client client, List<Task> tasks, int clients, int count, Duration time, long seed)
      throws InterruptedException {
    AtomicLong next = new AtomicLong();
    List<Double> first = Collections.synchronizedList(new ArrayList<>());
    List<Wrong> wrong = Collections.synchronizedList(new ArrayList<>());
    AtomicLong tokens = new AtomicLong();
    long start = System.nanoTime();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      Random random = new Random(seed + i);
      threads.add(
          new Thread(
              () -> {
                for (long k = next.getAndIncrement();
                    count > 0 ? k < count : System.nanoTime() - start < time.toNanos();
                    k = next.getAndIncrement()) {
                  int which = count > 0 ? (int) (k % tasks.size()) : random.nextInt(tasks.size());
                  if (!ask(client, tasks.get(which), first, wrong)) {
                    return;
                  }
                  tokens.addAndGet(tasks.get(which).tokens());
                }
              },
              "client " + i));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    double[] sorted = first.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    return new Load(clients, sorted.length, tokens.get(), seconds, sorted, List.copyOf(wrong));
  }

  private static boolean ask(Client client, Task task, List<Double> first, List<Wrong> wrong) {
    try {
      Client.Answer answer = client.ask(task);
      if (!Double.isNaN(answer.first())) {
        first.add(answer.first());
      }
      if (answer.status() != 200 || !answer.text().equals(task.expected())) {
        wrong.add(new Wrong(task.body(), answer.status(), task.expected(), answer.text()));
      }
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }
}
