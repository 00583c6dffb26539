/**
 * What to do to the stream while a model runs, as values.
 *
 * <p>In: vectors from files or from code. Out: a {@link dev.steerc.runtime.steering.Steering},
 * which {@link dev.steerc.runtime.steering.Ports} binds to one model and lowers to the tensors of
 * its steering inputs. Invariant: everything is immutable, and nothing that is not bound without a
 * problem is ever fed.
 */
package dev.steerc.runtime.steering;
