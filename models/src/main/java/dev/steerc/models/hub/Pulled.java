package dev.steerc.models.hub;

import java.nio.file.Path;
import java.util.List;

/**
 * A model that was pulled.
 *
 * @param commit the commit that the revision meant
 * @param model the model's file
 * @param items the model and all that lies beside it
 */
public record Pulled(
    Repository repository, String commit, Path folder, Path model, List<Item> items) {

  public Pulled {
    items = List.copyOf(items);
  }

  /**
   * One file.
   *
   * @param name its name in the folder
   * @param path its path in the repository
   * @param sha256 what its bytes hash to, in hexadecimal
   * @param fetched how many of its bytes came over the network just now; 0 when it was there
   */
  public record Item(String name, String path, long size, String sha256, long fetched) {}
}
