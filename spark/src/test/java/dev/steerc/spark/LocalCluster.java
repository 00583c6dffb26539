package dev.steerc.spark;

import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A master and two workers in this process, and two executors in processes of their own, which take
 * the job's jar. One for all tests: Spark allows no second one beside it.
 */
public final class LocalCluster implements BeforeAllCallback {
  private static SparkSession session;

  @Override
  public void beforeAll(ExtensionContext context) {
    if (session == null) {
      session = start(context);
    }
  }

  private static SparkSession start(ExtensionContext context) {
    SparkSession started =
        SparkSession.builder()
            .master("local-cluster[2,1,1024]")
            .appName("steerc tests")
            .config("spark.jars", jar() + "," + System.getProperty("steerc.tests"))
            .config("spark.ui.enabled", false)
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.sql.warehouse.dir", root().resolve("spark/target/warehouse").toString())
            .config("spark.log.level", "WARN")
            .getOrCreate();
    context
        .getRoot()
        .getStore(ExtensionContext.Namespace.GLOBAL)
        .put(LocalCluster.class, (AutoCloseable) started::stop);
    return started;
  }

  /** The session of all tests. */
  public static SparkSession session() {
    return session;
  }

  /** The jar that spark-submit takes. */
  public static Path jar() {
    return Path.of(System.getProperty("steerc.job"));
  }

  /** The root of the project. */
  public static Path root() {
    return Path.of(System.getProperty("steerc.root"));
  }
}
