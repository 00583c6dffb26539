package dev.steerc.problem;

import java.util.Arrays;
import java.util.Optional;

/** The stable name of a kind of problem, and what {@code steerc explain} says about it. */
public enum Code {
  // the file
  FILE_NOT_FOUND(
      "There is no file at that path.", "Check the path; it is taken from the folder you are in."),
  FILE_UNREADABLE(
      "The file exists but could not be read.",
      "Check its permissions, and that it is a file and not a device."),
  NOT_ONNX(
      "The bytes are not a protobuf message of the kind an ONNX model is.",
      "Pass a .onnx file. Weights (.bin, .safetensors, .gguf) have to be exported to ONNX first."),
  TRUNCATED(
      "The file ends before a field that it announces does: a download or a copy that broke off.",
      "Fetch or copy the file again and compare its size with the source."),
  MALFORMED(
      "A length or tag inside the file contradicts the message around it.",
      "Export the model again; if ONNX Runtime loads the file, report the file to steerc."),
  FILE_TOO_LARGE(
      "A protobuf message cannot exceed 2 GiB, so ONNX Runtime refuses such a file.",
      "Export with external data: the graph in the .onnx file, the weights beside it."),
  IR_TOO_NEW(
      "The model's IR version is newer than ONNX Runtime loads (13 at the most).",
      "Export with an older IR version."),
  OPSET_TOO_NEW(
      "The model uses an operator set newer than ONNX Runtime loads (ai.onnx 26 at the most).",
      "Export with an older opset."),
  OPSET_MISSING(
      "The model does not import ONNX's own operator set, so no runtime can tell what its nodes"
          + " mean. A file that was cut off at the end looks like this.",
      "Export the model again, or fetch the whole file."),
  NO_GRAPH("The model has no graph, so there is nothing to run.", "Export the model again."),
  EXTERNAL_DATA_MISSING(
      "The model keeps weights in a file beside it, and that file is absent or too short.",
      "Put the data file where the model names it: its location is relative to the model's folder."),
  EXTERNAL_DATA_ESCAPES(
      "A weight's location is absolute or leaves the model's folder. ONNX Runtime refuses such"
          + " files, and so does steerc: a model must not read files of its own choosing.",
      "Save the model again with the data file beside it."),
  INPUT_CHANGED(
      "The model file changed while it was read, so the output could mix two versions.",
      "Run the command again when nobody writes to the file."),

  // the residual stream
  NO_RESIDUAL_STREAM(
      "No chain of residual additions leads from a token embedding through attention and MLP"
          + " branches. Encoders without blocks, CNNs and plain MLPs look like this.",
      "If the model does have one, name a value yourself: --at value:NAME:add."),
  NOT_RESIDUAL(
      "There is a chain of residual additions, but it is broken or has a part that steerc cannot"
          + " prove to be a transformer block. A wrong guess would steer the wrong value silently.",
      "See the note for the place. --at value:NAME:add steers a value that you name."),
  POST_NORM(
      "Each block ends in a normalisation of the sum (as in the first GPT and in BERT), so there is"
          + " no stream that passes through unnormalised: resid_post would be rescaled at once.",
      "Name the value to steer yourself: --at value:NAME:add."),
  AMBIGUOUS_STREAM(
      "Two residual streams start at embeddings, and nothing tells which one you mean.",
      "Name the value to steer yourself: --at value:NAME:add."),
  NOT_CAUSAL(
      "Nothing in the graph keeps a position from looking at later ones, as a decoder's causal mask"
          + " or its cache would: it is an encoder, or it is fed its mask in a way that hides that.",
      "Name the value to steer yourself: --at value:NAME:add."),
  NO_HEAD(
      "The stream leads to outputs that are of whole texts, such as a class or one vector, so the"
          + " model is no language model.",
      "Export it with its language-model head, or name the value yourself: --at value:NAME:add."),
  DECODER_IN_OPERATOR(
      "The decoder is a subgraph of an operator that generates. Those in BeamSearch, GreedySearch and"
          + " Sampling without an encoder can be patched, but not tapped; a port there takes one token's"
          + " vector for all rows, or one for each beam of each prompt. Others are not looked into. All of them yield"
          + " texts and no values, so run, serve and verify have nothing to work with.",
      "Run the patched model in ONNX Runtime itself, or patch the decoder before it is wrapped."),
  LOCAL_FUNCTION(
      "A call of a local function cannot be written out where it is called: the function means other"
          + " versions of its operators than the model, or all calls together are too large.",
      "Steer what the call yields, or inline the functions first (onnx.inliner), then patch."),

  // the request
  BAD_LAYERS(
      "--layers takes block numbers and ranges, counted from 0: 6, 4-8, 0..11, 4-8,10 or all.",
      "For example: --layers 4-8,10."),
  BAD_AT(
      "--at takes BLOCK.SITE:OP or value:NAME:OP.",
      "For example: --at 6.resid_post:add --at 8.attn_out:project --at value:hidden:tap."),
  LAYER_OUT_OF_RANGE(
      "The model has fewer blocks; they are counted from 0.",
      "List the sites with steerc inspect."),
  UNKNOWN_SITE(
      "The sites are resid_pre, attn_out, resid_mid, mlp_out and resid_post.",
      "resid_post, the output of a block, is the usual one."),
  UNKNOWN_OP("The operations are add, project and tap.", "add is the usual one."),
  SITE_NOT_IN_GRAPH(
      "The site is a known one, but this graph has no such value: a parallel block has no resid_mid,"
          + " for example.",
      "List the sites that the graph has with steerc inspect."),
  RANK_TOO_HIGH(
      "A projection cannot have a higher rank than the value has channels.",
      "A few directions are the rule: --rank 1 to --rank 8."),
  DUPLICATE_INTERVENTION(
      "The same operation is asked for twice at one site, so its ports would have the same name.",
      "Ask for it once. Several vectors at one site are added up before they are fed."),
  NOTHING_TO_DO(
      "No intervention is asked for.", "Say where: --layers 6, or --at 6.resid_post:add."),
  NAME_TAKEN(
      "A name that the patch needs is already used in the model. Ports have fixed names, so there"
          + " is no silent suffix.",
      "Rename that tensor or node in the model, or choose another site."),
  VALUE_NOT_FOUND(
      "No node produces a value of that name.", "Look the name up, for example in Netron."),
  NO_BIAS(
      "The branch has no bias that could carry a vector: it ends in none, in one that is not float32 or"
          + " not stored in the model, or in one that ONNX Runtime must know to compute as before.",
      "Patch with --op add, which puts in one node and works everywhere."),
  VALUE_NOT_STEERABLE(
      "The value is not a float tensor of three dimensions [batch, seq, width] with a known width.",
      "Name the value before it is reshaped or converted, or after."),
  LAST_LOGITS(
      "The model cannot be made to score the last position only. Everything behind the place where the"
          + " others are dropped has to compute each position for itself and to be read by the logits"
          + " alone, and a run has to tell which position of a row is its last: by a mask"
          + " [batch, past + seq], or by having no padding at the end.",
      "Leave --last-logits out. If the scores come from one position already, nothing is to be gained."),

  // the output
  OUTPUT_IS_INPUT(
      "The output would replace the file that is read.",
      "Choose another path with -o; the input is never changed."),
  OUTPUT_FOLDER_MISSING("The folder of the output does not exist.", "Create it first."),
  OUTPUT_UNWRITABLE(
      "The output cannot be written there.",
      "Check the permissions, or choose another path with -o."),
  OUTPUT_TOO_LARGE(
      "With the new nodes the file would exceed the 2 GiB that a protobuf message may have.",
      "Export with external data first."),
  FOLDER_TAKEN(
      "The folder has files in it that steerc did not put there, and it might overwrite some.",
      "Choose an empty folder, or a new one."),
  DISK_FULL(
      "The disk has no room for the output. Nothing was left behind.",
      "Free some space, or choose another disk with -o."),
  EXTERNAL_DATA_TAKEN(
      "The output's folder already holds another file under the name of the weights.",
      "Choose an empty folder with -o."),
  EXTERNAL_DATA_NOT_LINKED(
      "The weights could be neither linked nor copied beside the output.",
      "Write the output into the model's own folder, or copy the data file there first."),

  // patched models
  NOT_PATCHED(
      "The model carries no steerc manifest, so it was not patched by steerc.",
      "Patch it with steerc patch."),
  ALREADY_PATCHED(
      "The original passed to verify is itself patched.",
      "Pass the unpatched model first, then the patched one."),
  BAD_MANIFEST(
      "The manifest in the model cannot be understood.",
      "Patch the original again with this version of steerc."),
  CHANGED_AFTER_PATCH(
      "The patched file was written again by another tool, so its bytes are no longer the ones that"
          + " the manifest can undo.",
      "Patch the original again."),
  ORIGINAL_MISSING(
      "The model is thin: its weights are in the original's file, and that is not where it was.",
      "Put the original back beside the thin model, under the name that the message gives."),
  ORIGINAL_CHANGED(
      "The model is thin: its weights are in the original's file, and that has other bytes now. What"
          + " the thin model refers to would be something else.",
      "Put the file that was patched back, or patch the changed one again."),
  NOT_THIN(
      "Only an original can be patched with --thin: the output refers to the original's file, and"
          + " of a patched model that file may be gone.",
      "Give the original back with steerc unpatch, then patch that with --thin."),
  NOT_A_MODEL_FOLDER(
      "The folder has no ONNX decoder in it.",
      "Pass a folder as optimum writes it, or one .onnx file."),
  SPLIT_DECODER(
      "The folder's genai_config.json runs the decoder as a pipeline of several files. steerc patches"
          + " and runs decoders that are one graph.",
      "Export it in one file, as the model builder of onnxruntime-genai does, or pass the file that"
          + " has the blocks to patch that one."),
  MODELS_DIFFER(
      "The two models are not an original and its patched form.",
      "Pass the model that was patched."),
  PROOF_FAILED(
      "Both models ran, and a measurement came out wrong; the table says which.",
      "Do not ship the patched file. Patch again, and report the model if it stays so."),
  RUNTIME_FAILED(
      "ONNX Runtime could not load or run the model.", "See the note for its own words."),
  NOT_PREPARED(
      "What ONNX Runtime wrote down of the optimised graph gives other numbers than the model does, or"
          + " the model was changed meanwhile.",
      "Prepare a model that nobody writes to; else run it as it is, and report which one it is."),

  // running
  PROVIDER_MISSING(
      "The execution provider that was asked for is not in this build of ONNX Runtime, or it does"
          + " not load on this machine. steerc never falls back to another one silently.",
      "For cuda: build with mvn -Pcuda, and install CUDA 12 and cuDNN 9. Or pass --provider cpu."),
  NO_LOGITS(
      "No output of the model gives a score to each token of a vocabulary, so it cannot generate.",
      "Export the model with its language-model head."),
  UNKNOWN_INPUT(
      "The model has an input that steerc does not know how to feed.",
      "Export the model with token ids, mask, positions and a cache only."),
  UNKNOWN_CACHE(
      "The cache has another length than the tokens that were run, and nothing in the graph tells at"
          + " which place of it a token goes, so steerc would have to guess.",
      "Export the model with a cache of any length, with GroupQueryAttention, or with"
          + " cache_position."),
  EMPTY_PROMPT(
      "The prompt has no token, so there is nothing to go on from.", "Write at least one word."),
  UNKNOWN_TOKEN(
      "A token id is negative or beyond the model's vocabulary.",
      "Use the tokenizer that belongs to the model."),
  PROMPT_TOO_LONG(
      "The prompt has more tokens than the model has positions for.",
      "Shorten the prompt, or take a model with a longer context."),
  OUT_OF_MEMORY(
      "The run needs more memory than there is. The model stays usable.",
      "Run fewer or shorter prompts at once."),
  SCORES_NOT_FINITE(
      "The model computed NaN or infinity: a steering so strong that its numbers overflowed, or a"
          + " broken model.",
      "Lower the strength; if it stays so with none, the model is broken."),
  BAD_GENERATION("A setting of the generation is outside its range.", "See steerc run --help."),
  MODEL_CLOSED(
      "The model or tokenizer was closed while it was still wanted.",
      "Open it again; close it only when nothing uses it any more."),
  NO_TOKENIZER(
      "There is no tokenizer beside the model, so text cannot become tokens.",
      "Put tokenizer.json (or vocab.json and merges.txt) beside the model, pass --tokenizer, or"
          + " prompt with --ids."),
  BAD_TOKENIZER(
      "The tokenizer's file cannot be understood, or belongs to another model.",
      "Fetch the file again from where the model came from."),
  BAD_CONFIG(
      "A configuration file beside the model cannot be understood.",
      "Fetch the file again from where the model came from, or remove it."),
  BAD_TEMPLATE(
      "The chat template cannot be rendered, or refuses the conversation.",
      "See the note for its own words; chat_template.jinja beside the model is the file to mend."),

  // the server
  BAD_REQUEST(
      "The body of a request cannot be understood, or a field of it is outside its range.",
      "The message names the field; see docs/serving.md for what each one takes."),
  NO_SUCH_PATH(
      "The server has nothing at that address, or not for that method.",
      "See docs/serving.md for the addresses."),
  NO_SUCH_MODEL(
      "A request asks for a model that the server does not have; it has one, and an alias of it for"
          + " each vector.",
      "GET /v1/models lists them."),
  BAD_API_KEY(
      "The server wants a key, and the request has none, or one that is not in its file.",
      "Send it as `Authorization: Bearer KEY`."),
  NOT_ALLOWED(
      "The key may use the server, but changing vectors takes one of role admin; or a page of another"
          + " site asked.",
      "Use a key of role admin, or have the operator do it."),
  TOO_LARGE(
      "A request, a prompt or a vector is larger than the server takes.",
      "Send less, or start the server with a higher limit; see steerc serve --help."),
  OVERLOADED(
      "As many requests wait as the server lets wait.",
      "Try again after the time in the header Retry-After, or start the server with --max-queue."),
  TIMED_OUT(
      "The time of a request was up before its first token.",
      "Try again when there is less to do, or start the server with a longer --request-timeout."),
  STOPPING(
      "The server is being stopped: it finishes what runs and takes nothing new.",
      "Try again when it is back."),
  VECTOR_NAME(
      "A vector's name is 1 to 64 letters, digits, dots, dashes and underscores, and begins with a"
          + " letter or digit.",
      "Choose another name."),
  VECTOR_TAKEN(
      "A vector of that name is there as a file of another kind, which an upload does not replace.",
      "DELETE it first, or choose another name."),
  KEY_NEEDED(
      "Without keys everybody who reaches the server may use and change it, so it only listens where"
          + " this machine alone reaches it.",
      "Pass --api-key-file, or leave --host out."),
  BAD_KEY_FILE(
      "The file of keys has on each line a role, use or admin, and a key of 16 characters at least.",
      "For example: admin 0f1e2d3c4b5a69788796a5b4c3d2e1f0."),
  PORT_TAKEN(
      "Another program listens on that port, or this one may not.",
      "Choose another --port, or stop the other program."),
  VECTOR_BROKEN(
      "The file of a vector in the server's folder is broken, so nothing can be steered with it. All"
          + " others work; it does so again when the file is mended.",
      "PUT the vector again, or mend its file."),
  VECTOR_CHANGED(
      "The vector is not, or no longer, the one that the header If-Match or If-None-Match asks for.",
      "GET it, and decide again."),
  BAD_DEFAULTS(
      "A request that says nothing of steering gets the server's defaults, and they name a vector that"
          + " is gone or broken, or defaults.json cannot be understood. The server does not generate"
          + " otherwise than it was told to.",
      "POST /control-vectors sets them anew; a request with \"steering\": \"none\" needs none."),
  BAD_TENSOR(
      "A tensor that is fed to a graph does not fit it: its name, its element type, its shape, or what"
          + " is in it.",
      "GET /v2/models/NAME lists the inputs and outputs of the model, with their shapes."),
  NOT_BATCHABLE(
      "Triton joins requests in front, so every input and output has to begin with a batch dimension"
          + " of any size, and every input has to be fed.",
      "Export with --max-batch 0, or patch a model whose inputs and outputs begin with the batch."),
  NOT_EXPORTABLE(
      "Triton's configuration or its backend for ONNX Runtime has no way to say what the model takes"
          + " or gives.",
      "See the message."),

  // vectors
  VECTOR_NOT_FOUND(
      "There is no vector of that name in the vector folder, and no such file.",
      "Pass the path of a file, or name the folder with --vectors."),
  BAD_TENSOR_FILE(
      "The bytes are not what a file of that kind has: broken off, or with sizes that contradict"
          + " each other.",
      "Fetch or write the file again."),
  UNSAFE_FILE(
      "Files made with pickle can run code when they are read, so steerc does not read them.",
      "Save the tensors as safetensors or .npy first."),
  UNSUPPORTED_FILE(
      "steerc does not read vectors from files of that kind.",
      "Convert it to safetensors or .npy."),
  VECTOR_WIDTH(
      "The vector has another width than the model's residual stream, so it belongs to another"
          + " model.",
      "Use a vector that was learned on this model."),
  VECTOR_NOT_FINITE(
      "The vector has NaN or infinite elements, which would spoil every later value.",
      "Learn or export the vector again."),
  VECTOR_SHAPE(
      "The tensors of the vector do not fit together or have dimensions that the operation does not"
          + " take.",
      "add, ablate, clamp and reflect take one vector of the hidden width; see docs/vectors.md."),
  NOT_EXPRESSIBLE(
      "The kind of file has no way to say what the vector does: a GGUF adds at the outputs of blocks,"
          + " an .npy file is one vector without a place, and neither knows other operations.",
      "Keep it as safetensors, or export .onnx_adapter."),
  AMBIGUOUS_VECTOR(
      "Two files of the vector folder have the same name and other endings, so the name does not tell"
          + " which one is meant.",
      "Rename or remove one, or pass the path of the file."),
  BAD_MIX(
      "A mix is a sum of vectors, each with a factor: 0.6*joy - 0.2*formal. A sign between two vectors"
          + " has spaces around it, as names may have one in them.",
      "For example: steerc vectors mix \"0.6*joy - 0.2*formal\" -o warm.safetensors."),
  VECTORS_DIFFER(
      "The vectors were made for different models, or have no site in common, so that no sum or"
          + " comparison of them means anything.",
      "Use vectors that were learned on one model at the same sites."),
  BAD_STEER(
      "--steer takes NAME:STRENGTH[@LAYERS][:POSITIONS][:DECAY].",
      "For example: --steer joy:4, --steer v.npy:1.5@2:after:5, --steer ablate=rude.npy:1@4-6."),
  BAD_STRENGTH(
      "A strength is a finite number.", "Try values between -10 and 10; 0 switches steering off."),
  SITE_NOT_NAMED(
      "The vector does not say where it belongs, and the model can be steered in several places.",
      "Say where: --steer NAME:STRENGTH@LAYER."),
  PORT_MISSING(
      "The model has no steering input for what is asked there.",
      "Patch it again with the operation at that site; the message shows the command."),
  TAP_MISSING(
      "A value is to be read that the model does not give out: by a condition, or to learn from.",
      "Patch it again with a tap at that site; the message shows the command."),
  ONE_VECTOR(
      "The model was patched with --op bias at that site: it takes one vector for all rows and tokens of"
          + " a run, and these get different ones.",
      "Patch with --op add, which takes a vector for each row and token, or steer all tokens alike."),
  RANK_FIXED(
      "The edits at one site need a higher rank than the model was patched for.",
      "Patch the model without --rank, or with a higher one."),
  WRONG_BASE_MODEL(
      "The vector was made for another model: the fingerprints differ. It would steer, but into a"
          + " direction that means something else here.",
      "Use a vector that was learned on this model, or --force if you know that it fits."),
  BAD_PAIRS(
      "A direction is learned from pairs of texts that differ in one thing. There is no pair, or"
          + " both texts of a pair are the same.",
      "Pass pairs such as a polite and a rude answer to the same question."),
  BAD_PROMPTS(
      "A file of prompts has one a line, or JSON lines with a \"prompt\" each; and a sweep needs some"
          + " that learning has not seen, half of them to choose by and half to report on.",
      "Write a file with a few dozen prompts that the vector was not learned from."),
  BAD_ROW(
      "A row of prompts cannot be understood: no JSON object, no prompt, or a value of the wrong"
          + " kind.",
      "See steerc generate --help for what a row has."),
  BAD_SCORER(
      "What texts are to be scored with cannot be understood: a list of words, labelled texts,"
          + " continuations or a command.",
      "See docs/vectors.md for the form of each."),
  SCORER_FAILED(
      "The command that scores texts ended, kept silent, or answered with something else than"
          + " {\"score\": 0..1} for each line that it was given.",
      "Try it by hand: echo '{\"prompt\":\"I feel\",\"text\":\" fine\"}' | COMMAND."),
  NORM_MISSING(
      "A strength is asked for as a fraction of the typical length of the activations, which the"
          + " vector's file does not know.",
      "Pass --strengths instead, or learn the vector again with steerc learn."),
  NO_OPERATING_POINT(
      "No point of the sweep does more than the plain model and keeps the limit, so nothing was"
          + " written.",
      "Try other layers or strengths, or a wider limit; or learn from better pairs."),
  BAD_TEXTS(
      "A file of texts cannot be understood: a line is no JSON object, lacks a key, has something"
          + " other than text in it, is longer than 1 MiB, or is no UTF-8.",
      "The message names the line and shows what it should be; see docs/vectors.md."),
  BAD_ACTIVATIONS(
      "A folder of activations is not finished, or its files contradict each other.",
      "Run steerc capture again as before; it writes what is missing or broken."),
  OTHER_ACTIVATIONS(
      "The folder holds activations of another model, of other texts, or of other places.",
      "Choose another folder, or replace what is there with --fresh."),
  NOT_LEARNABLE(
      "The activations are not what the method can learn from: too few, all of one kind, or the same"
          + " for both kinds.",
      "See the message; `diffmean` is the method that needs least."),
  ACTIVATIONS_NOT_FINITE(
      "Activations to learn from have NaN or infinite elements, which would spoil all that is learned.",
      "Capture them again, from a model that computes finite numbers."),
  VECTORS_CONFLICT(
      "Two vectors act on one site, and the steering asks for that to be an error.",
      "Leave one out, or choose sum or orthogonalise."),

  // downloads
  UNKNOWN_MODEL(
      "steerc knows no model of that name, and it is no repository name either.",
      "List the known ones with steerc pull --list, or pass OWNER/NAME."),
  DOWNLOAD_DENIED(
      "The hub refuses the download without an account that may read the model.",
      "Set HF_TOKEN to a token that may, and accept the model's terms in a browser."),
  DOWNLOAD_NOT_FOUND(
      "The hub has no such repository, revision or file.", "Check the name and the revision."),
  DOWNLOAD_LIMITED(
      "The hub asks for fewer requests.", "Wait as long as the message says, then run it again."),
  DOWNLOAD_FAILED(
      "The download broke off and could not be resumed. What arrived is kept.",
      "Run the command again: it goes on where it stopped."),
  DOWNLOAD_CORRUPT(
      "What arrived has another size or SHA-256 than the hub announced. It was thrown away; a good"
          + " file from before is untouched.",
      "Run the command again."),

  // many machines
  MODEL_NOT_THERE(
      "An executor does not find a file of the model where it was told to look.",
      "Put the model where all machines see it, name it by a URI that they can read, or ship it with"
          + " --files and name it files:NAME."),
  MODEL_DIFFERS(
      "An executor has another file than the driver: it would have computed with another model.",
      "Copy the driver's files to all machines, or name the model by a URI."),
  JOB_FAILED(
      "Spark gave the job up: it does not reach the master, a machine was lost too often, or a table"
          + " or the result could not be read or written.",
      "Mend what the note says. What a task saw is in its executor's log."),
  SPARK_MISSING(
      "Work on many machines runs on Apache Spark, which is not part of the command itself.",
      "Start steerc by its script, which fetches Spark, or pass the job's jar to spark-submit."),
  ROWS_UNREADABLE(
      "The table of rows cannot be read, or lacks a column that is needed.",
      "Pass Parquet, JSON lines or CSV with a header."),

  // the demo
  DEMO_MISSING(
      "steerc was built without the files of its demo model, which lie in models/demo.",
      "Get them with git checkout models/demo, and build again."),

  // the command line
  USAGE("The command line could not be understood.", "See steerc COMMAND --help."),
  INTERNAL(
      "A mistake in steerc itself. Nothing was written.",
      "Run the command again with -vv, and report what it prints."),
  UNKNOWN_CODE("There is no error of that name.", "List them with steerc explain.");

  private final String meaning;
  private final String advice;

  Code(String meaning, String advice) {
    this.meaning = meaning;
    this.advice = advice;
  }

  /** The name in messages and on the command line, such as {@code layer-out-of-range}. */
  public String slug() {
    return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }

  public String meaning() {
    return meaning;
  }

  public String advice() {
    return advice;
  }

  public static Optional<Code> of(String slug) {
    return Arrays.stream(values()).filter(code -> code.slug().equals(slug)).findFirst();
  }
}
