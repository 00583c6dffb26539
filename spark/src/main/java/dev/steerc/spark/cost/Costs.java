package dev.steerc.spark.cost;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.SparkContext;
import org.apache.spark.util.AccumulatorV2;

/**
 * What a job took on each executor. A task counts when it has succeeded: the work of an executor
 * that was lost is not in it.
 */
public final class Costs extends AccumulatorV2<Map.Entry<String, Cost>, Map<String, Cost>> {
  private static final long serialVersionUID = 1L;

  private final TreeMap<String, Cost> costs = new TreeMap<>();

  /** Costs that the tasks of an application add to. */
  public static Costs of(SparkContext spark, String name) {
    Costs costs = new Costs();
    spark.register(costs, name);
    return costs;
  }

  @Override
  public boolean isZero() {
    return costs.isEmpty();
  }

  @Override
  public Costs copy() {
    Costs copy = new Costs();
    copy.costs.putAll(costs);
    return copy;
  }

  @Override
  public void reset() {
    costs.clear();
  }

  @Override
  public void add(Map.Entry<String, Cost> cost) {
    costs.merge(cost.getKey(), cost.getValue(), Cost::plus);
  }

  @Override
  public void merge(AccumulatorV2<Map.Entry<String, Cost>, Map<String, Cost>> other) {
    other.value().forEach((executor, cost) -> costs.merge(executor, cost, Cost::plus));
  }

  /** By executor. */
  @Override
  public Map<String, Cost> value() {
    return Collections.unmodifiableMap(costs);
  }

  /** All together. */
  public Cost total() {
    return costs.values().stream().reduce(Cost.NONE, Cost::plus);
  }
}
