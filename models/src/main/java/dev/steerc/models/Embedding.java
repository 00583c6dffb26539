package dev.steerc.models;

import java.util.List;
import java.util.Optional;

/** How one dialect spells the rows of the token and position tables. */
record Embedding(GraphBuilder graph, Gpt2 model, Optional<FixedScales> scales) {

  /** What is added: the rows of the tokens and of the positions, [batch, sequence, hidden]. */
  List<String> terms() {
    if (has(Trait.BLOCKS_OF_4_BITS)) {
      return List.of(blocks(), position(graph.weight("wpe.weight", model.places())));
    }
    String tokens =
        has(Trait.HALF_TABLE)
            ? graph.initializer("wte.weight", Tensors.weight("", model.tokens(), Tensors.FLOAT16))
            : graph.weight("wte.weight", model.tokens());
    String places = graph.weight("wpe.weight", model.places());
    String rows = graph.op("Gather", List.of(tokens, "input_ids"));
    String token = has(Trait.HALF_TABLE) ? graph.cast(rows, Tensors.FLOAT) : rows;
    return List.of(held(token, model.tokens()), held(position(places), model.places()));
  }

  private boolean has(Trait trait) {
    return graph.dialect().has(trait);
  }

  private String held(String rows, Weight table) {
    return scales.map(all -> all.rows(rows, table)).orElse(rows);
  }

  private String blocks() {
    BlockQuantised table = BlockQuantised.of(model.tokens(), graph.dialect().blockBits());
    return graph.op(
        "GatherBlockQuantized",
        List.of(
            graph.initializer("wte.weight_Q4", table.table()),
            "input_ids",
            graph.initializer("wte.weight_scales", table.scales())),
        Attributes.integer("bits", graph.dialect().blockBits()),
        Attributes.integer("block_size", BlockQuantised.BLOCK),
        Attributes.integer("gather_axis", 0),
        Attributes.integer("quantize_axis", 1));
  }

  private String position(String places) {
    return graph.op("Gather", List.of(places, positions()));
  }

  private String positions() {
    Dialect dialect = graph.dialect();
    if (!dialect.has(Trait.IDS_ONLY)) {
      return "position_ids";
    }
    if (dialect.has(Trait.STATIC)) {
      return graph.constant(Tensors.longs(List.of(1, Dialect.STATIC_WIDTH), 0, 1, 2, 3, 4));
    }
    String width = graph.size("input_ids", 1);
    String range = graph.op("Range", List.of(graph.integer(0), width, graph.integer(1)));
    return graph.unsqueeze(range, 0);
  }
}
