package dev.steerc.cli.jinja;

import java.util.List;

/** What a template sees of the loop it is in. */
record Loop(List<Object> elements, int index) {

  Object attribute(String name) {
    int size = elements.size();
    return switch (name) {
      case "index" -> index + 1L;
      case "index0" -> (long) index;
      case "revindex" -> (long) size - index;
      case "revindex0" -> size - index - 1L;
      case "first" -> index == 0;
      case "last" -> index == size - 1;
      case "length" -> (long) size;
      case "previtem" -> index > 0 ? elements.get(index - 1) : new Undefined(name);
      case "nextitem" -> index < size - 1 ? elements.get(index + 1) : new Undefined(name);
      case "cycle" -> (Callable) (arguments, scope) -> cycle(arguments);
      default -> throw new JinjaException("`loop." + name + "` is not supported");
    };
  }

  private Object cycle(Arguments arguments) {
    if (arguments.values().isEmpty()) {
      throw new JinjaException("`loop.cycle` has nothing to choose from");
    }
    return arguments.values().get(index % arguments.values().size());
  }
}
