/**
 * Tensor files: safetensors, NumPy's {@code .npy}, GGUF, ONNX Runtime's {@code .onnx_adapter}.
 *
 * <p>In: bytes of unknown origin. Out: float32 tensors by name, or a problem. Invariant: a file's
 * own claims about sizes are checked against its length before anything is allocated, and no code
 * in a file is ever run.
 */
package dev.steerc.runtime.format;
