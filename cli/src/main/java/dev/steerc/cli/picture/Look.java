package dev.steerc.cli.picture;

/** Colours and letters of an SVG, by day and by night. */
final class Look {
  static final String CSS =
      """

      svg { color-scheme: light dark; --paper: #ffffff; --ink: #1f2430; --faint: #667085;
        --stream: #3b6fd4; --box: #eef3fc; --edge: #b3c2e0; --band: #f6f7f9; --patched: #c2410c; }
      @media (prefers-color-scheme: dark) { svg { --paper: #14161b; --ink: #e6e8ee;
        --faint: #9aa3b2; --stream: #7aa5ff; --box: #20293a; --edge: #44567c; --band: #1a1d23; --patched: #ff9f5a; } }
      text { font: 12px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: var(--ink); }
      .paper { fill: var(--paper); }
      .band { fill: var(--band); }
      .tip { fill: var(--stream); }
      .heading { font-size: 17px; font-weight: 600; }
      .title, .name { font-weight: 600; }
      .name, .ops, .value { font-family: ui-monospace, Menlo, Consolas, monospace; }
      .value { font-size: 11px; }
      .detail, .number, .value { fill: var(--faint); }
      .middle { text-anchor: middle; }
      .box { fill: var(--box); stroke: var(--edge); }
      .sum { fill: var(--paper); stroke: var(--stream); stroke-width: 2; }
      .stream, .flow, .leader, .cross { fill: none; stroke: var(--stream); }
      .stream { stroke-width: 5; }
      .flow { stroke-width: 1.5; marker-end: url(#tip); }
      .cross { stroke-width: 2; }
      .leader { stroke: var(--edge); stroke-dasharray: 2 4; }
      .site { fill: var(--paper); stroke: var(--stream); stroke-width: 2; }
      circle.patched { fill: var(--patched); stroke: var(--paper); }
      text.patched, .ops { fill: var(--patched); }
      """;

  private Look() {}
}
