package dev.steerc.models.hub;

import dev.steerc.problem.Code;
import dev.steerc.problem.Problem;
import dev.steerc.problem.SteercException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which files of a repository are wanted.
 *
 * @param model the ONNX file
 * @param beside what belongs to it, by the name it gets in the folder
 */
record Choice(HubFile model, Map<String, HubFile> beside) {
  /** Names that exporters give to a decoder, the most useful first. */
  private static final List<String> MODELS =
      List.of(
          "onnx/model.onnx",
          "model.onnx",
          "onnx/decoder_model_merged.onnx",
          "decoder_model_merged.onnx",
          "onnx/decoder_with_past_model.onnx",
          "decoder_with_past_model.onnx",
          "onnx/decoder_model.onnx",
          "decoder_model.onnx");

  private static final List<String> TOKENIZER =
      List.of(
          "tokenizer.json",
          "tokenizer_config.json",
          "vocab.json",
          "merges.txt",
          "special_tokens_map.json",
          "added_tokens.json",
          "config.json",
          "generation_config.json",
          "chat_template.jinja");

  private static final int MOST_NOTES = 20;

  /** The choice for a repository: the file that is asked for, or the usual one. */
  static Choice of(Repository repository, Listing listing, Optional<String> wanted) {
    HubFile model = model(repository, listing, wanted);
    Map<String, HubFile> beside = new LinkedHashMap<>();
    listing.files().stream()
        .filter(file -> DataFiles.isNamedAfter(model, file))
        .forEach(file -> beside.put(file.name(), file));
    for (String name : TOKENIZER) {
      listing
          .file(name)
          .or(() -> listing.file(model.folder() + name))
          .ifPresent(file -> beside.put(name, file));
    }
    return new Choice(model, beside);
  }

  private static HubFile model(Repository repository, Listing listing, Optional<String> wanted) {
    if (wanted.isPresent()) {
      return listing
          .file(wanted.get())
          .orElseThrow(() -> none(repository, listing, "no file `" + wanted.get() + "`"));
    }
    List<HubFile> models = listing.models();
    return MODELS.stream()
        .flatMap(path -> listing.file(path).stream())
        .findFirst()
        .or(() -> models.size() == 1 ? Optional.of(models.get(0)) : Optional.empty())
        .orElseThrow(() -> none(repository, listing, "no ONNX model under a usual name"));
  }

  private static SteercException none(Repository repository, Listing listing, String what) {
    Problem problem =
        Problem.of(Code.DOWNLOAD_NOT_FOUND, "the repository has " + what).at(repository);
    List<HubFile> models = listing.models();
    if (models.isEmpty()) {
      return problem
          .note("it has no .onnx file at all")
          .help("export the model to ONNX, or choose another repository")
          .exception();
    }
    for (HubFile model : models.subList(0, Math.min(MOST_NOTES, models.size()))) {
      problem = problem.note("it has " + Hub.printable(model.path()));
    }
    if (models.size() > MOST_NOTES) {
      problem = problem.note("and " + (models.size() - MOST_NOTES) + " more");
    }
    return problem.help("choose one with --file PATH").exception();
  }
}
