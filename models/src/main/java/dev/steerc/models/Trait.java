package dev.steerc.models;

/** One choice of an exporter that differs from the plainest spelling. */
public enum Trait {
  /** Values, nodes and weights are called by numbers, as PyTorch 1.x did. */
  NUMBERED_NAMES,
  /** Values and nodes are called by operator and number, as graph optimisers do. */
  FUSED_NAMES,
  /** Small constants are initializers instead of Constant nodes. */
  CONSTANT_INITIALIZERS,
  /** Initializers are graph inputs as well, as IR 3 demands. */
  LISTED_INITIALIZERS,
  /** Reshapes copy dimensions with 0 instead of computing them. */
  ZERO_RESHAPES,
  /** LayerNormalization is one operator. */
  NORM_OP,
  /** Linears are MatMul and Add on three dimensions instead of a Gemm on two. */
  MATMUL_ADD,
  /** Linears quantise their input and multiply 8-bit integers. */
  INT8,
  /** Attention scores are divided by the root of the head width and masked with a constant. */
  CONSTANT_MASK,
  /** ORT's Attention and EmbedLayerNormalization, with keys and values in one past. */
  FUSED_ATTENTION,
  /** ORT's FastGelu, which takes the bias of the linear before it. */
  FAST_GELU,
  /** ORT's SkipLayerNormalization with a bias, the branch at input 0. */
  SKIP_BIAS,
  /** ORT's SkipLayerNormalization without a bias, the stream at input 0. */
  SKIP_STREAM_FIRST,
  /** ORT's SkipLayerNormalization without a bias, the stream at input 1. */
  SKIP_STREAM_SECOND,
  /** Keys and values of earlier runs are inputs, and those of this run are outputs. */
  PAST,
  /** The only input is input_ids. */
  IDS_ONLY,
  /** Batch 2 and sequence 5 are written into the graph. */
  STATIC,
  /** Weights and values are float16. */
  HALF,
  /** Weights are kept as float16 and become float32 when the model is loaded. */
  HALF_STORED,
  /** An If chooses between a run with a cache and one without. */
  MERGED,
  /** With MERGED: each branch of the If has its own weights. */
  INNER_WEIGHTS,
  /** Weights lie in a file beside the model. */
  EXTERNAL,
  /** The bytes are legal and unusual. */
  ODD_WIRE,
  /** The stream before and after each block is an output. */
  HIDDEN_STATES,
  /** The head multiplies with the transposed token embedding. */
  TIED_HEAD,
  /** The graph ends at the final norm. */
  NO_HEAD,
  /** With NO_HEAD: the graph ends at the last residual sum. */
  NO_FINAL_NORM,
  /** Weights and values are bfloat16. */
  BRAIN_HALF,
  /** The stream and its norms are float32, what the branches do is float16. */
  HALF_BRANCHES,
  /** The token table is float16; its rows become float32. */
  HALF_TABLE,
  /** Values pass through 8 bits by fixed scales, as static quantisation writes it. */
  QDQ,
  /** ORT's MatMulNBits and GatherBlockQuantized with 4 bits in blocks of 16. */
  BLOCKS_OF_4_BITS,
  /** ORT's MatMulNBits with 8 bits in blocks of 16. */
  BLOCKS_OF_8_BITS,
  /** A residual addition is a Sum. */
  SUM_OP,
  /** Dropout, Identity, Cast and Reshape that change nothing, on stream and branches. */
  NO_OPS,
  /** Each output projection has a low-rank adapter beside it. */
  ADAPTERS,
  /** ORT's MultiHeadAttention. */
  MULTI_HEAD,
  /** The operator Attention of opset 23. */
  ATTENTION_OP,
  /** The sum of token and position and the first norm are one SkipLayerNormalization. */
  EMBEDDING_SKIP,
  /** A second head reads the stream in the middle, without a norm. */
  EARLY_HEAD,
  /** Only the last position reaches the final norm. */
  LAST_TOKEN,
  /** Norms are calls of one local function, which takes epsilon as an attribute. */
  NORM_FUNCTION,
  /** Blocks are calls of one local function. */
  BLOCK_FUNCTION,
  /** The same, and norms, attention and MLP inside are calls as well. */
  NESTED_FUNCTIONS,
  /** Each block is a call of a local function of its own. */
  OWN_FUNCTIONS
}
