package dev.steerc.spark.learn;

import dev.steerc.runtime.SteeredModel;
import dev.steerc.runtime.capture.Fitting;
import dev.steerc.runtime.capture.Passage;
import dev.steerc.runtime.capture.Tokens;
import dev.steerc.runtime.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/** Makes tokens of the texts of units, and says what is known of each. */
record Teller(Telling how, Fitting fitting, Tokenizer tokenizer) {

  static Teller of(Telling how, SteeredModel model) {
    Tokenizer tokenizer = model.tokenizerFor("the texts become tokens");
    return new Teller(how, Fitting.of(model, how.cuts()), tokenizer);
  }

  List<Told> told(Unit unit) {
    boolean heldOut = unit.place(how.seed()) < how.limit();
    List<Told> told = new ArrayList<>();
    for (int i = 0; i < unit.passages().size(); i++) {
      Passage passage = unit.passages().get(i);
      Tokens given = Tokens.of(passage, tokenizer);
      Tokens text = fitting.fit(given);
      int of = unit.isPair() ? 1 - i : how.classes().indexOf(unit.label());
      boolean begun = !passage.prompt().isEmpty();
      told.add(new Told(unit.firstText() - 1 + i, of, heldOut, text, text != given, begun));
    }
    return told;
  }
}
