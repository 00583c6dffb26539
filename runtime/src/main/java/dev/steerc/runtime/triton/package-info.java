/**
 * The folder that Triton serves a patched model from: in comes a model, out go the model, its
 * configuration and a request to try it with. <b>Invariant:</b> what the configuration says is what
 * ONNX Runtime says of the graph; what Triton could not serve is a problem here.
 */
package dev.steerc.runtime.triton;
