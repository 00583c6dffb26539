package dev.steerc.cli.jinja;

import java.util.Map;

/** Variables that a loop can change for the text behind it. */
record Namespace(Map<String, Object> values) {}
