package dev.steerc.models.hub;

import dev.steerc.onnx.ModelFile;
import dev.steerc.onnx.Output;
import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model that is wanted in a folder.
 *
 * @param file the ONNX file inside the repository; empty for the usual one
 */
public record Pull(Repository repository, Optional<String> file, Path folder) {

  /**
   * What a name means: a known model, or a repository as {@code OWNER/NAME}.
   *
   * @param file the ONNX file inside the repository, if not the usual one
   * @param folder where to, if not into a folder of the model's name
   */
  public static Pull of(
      String name, String revision, Optional<String> file, Optional<Path> folder) {
    Optional<KnownModel> known = KnownModel.named(name);
    String id = known.map(KnownModel::repository).orElse(name);
    Repository repository = Repository.parse(id, revision);
    String plain = known.isPresent() ? name : repository.name();
    return new Pull(
        repository, file.or(() -> known.map(KnownModel::file)), folder.orElse(Path.of(plain)));
  }

  /**
   * Fetches what is not there yet.
   *
   * @throws dev.steerc.problem.SteercException when the hub does not have it or does not give it,
   *     when the connection breaks for good, and when the disk has no room
   */
  public Pulled from(Hub hub, Progress progress) {
    Listing listing = hub.list(repository);
    Choice choice = Choice.of(repository, listing, file);
    String model = choice.model().name();
    Map<String, HubFile> wanted = new LinkedHashMap<>();
    wanted.put(model, choice.model());
    choice.beside().forEach(wanted::putIfAbsent);
    requireRoom(wanted);
    List<Pulled.Item> items = new ArrayList<>();
    items.add(fetch(hub, listing, model, choice.model(), progress));
    Map<String, HubFile> data = dataFiles(listing, choice.model());
    data.keySet().removeIf(wanted::containsKey);
    requireRoom(data);
    wanted.remove(model);
    wanted.putAll(data);
    wanted.forEach((name, each) -> items.add(fetch(hub, listing, name, each, progress)));
    return new Pulled(repository, listing.commit(), folder, folder.resolve(model), items);
  }

  private Pulled.Item fetch(
      Hub hub, Listing listing, String name, HubFile each, Progress progress) {
    URI address = hub.address(repository, listing.commit(), each);
    return new Download(hub, address, each, name, folder, progress).run();
  }

  /** The data files that the model itself names: exporters do not always name them after it. */
  private Map<String, HubFile> dataFiles(Listing listing, HubFile model) {
    Map<String, HubFile> files = new LinkedHashMap<>();
    for (String location : DataFiles.namedBy(ModelFile.open(folder.resolve(model.name())))) {
      HubFile data =
          listing
              .file(model.folder() + location)
              .orElseThrow(
                  () ->
                      Problem.of(
                              Code.DOWNLOAD_NOT_FOUND,
                              "the repository lacks `" + location + "`, a part of the model")
                          .at(repository)
                          .note("`" + model.path() + "` keeps weights in it")
                          .help("choose another model of the repository with --file")
                          .exception());
      files.put(location, data);
    }
    return files;
  }

  private void requireRoom(Map<String, HubFile> wanted) {
    long needed = 0;
    for (Map.Entry<String, HubFile> each : wanted.entrySet()) {
      needed += missing(folder.resolve(each.getKey()), each.getValue());
    }
    long room = room();
    if (needed > room) {
      throw Problem.of(Code.DISK_FULL, "the disk has no room for the model")
          .at(folder)
          .note(needed + " bytes are to be fetched, and " + room + " are free")
          .help("free some space, or choose another disk with -o")
          .exception();
    }
  }

  private static long missing(Path target, HubFile file) {
    boolean there = target.toFile().length() == file.size(); // 0 for a file that is not there
    return there ? 0 : Math.max(0, file.size() - Part.beside(target).toFile().length());
  }

  private long room() {
    Path existing = folder.toAbsolutePath().normalize();
    while (!Files.exists(existing)) {
      existing = existing.getParent();
    }
    try {
      return Files.getFileStore(existing).getUsableSpace();
    } catch (IOException e) {
      throw Output.failure(folder, e);
    }
  }
}
