package dev.steerc.onnx;

import java.util.List;
import java.util.Optional;

/**
 * A node's attribute.
 *
 * @param name its name
 * @param i the integer, 0 when it has none
 * @param f the float, 0 when it has none
 * @param s the string, empty when it has none
 * @param ints the integers of a list
 * @param tensor the tensor's header, when it is one
 * @param graphs the subgraphs, when it is one or a list of them
 */
public record Attribute(
    String name,
    long i,
    float f,
    String s,
    List<Long> ints,
    Optional<Tensor> tensor,
    List<Graph> graphs) {}
