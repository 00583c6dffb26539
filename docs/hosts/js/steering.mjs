/** The steering inputs, by name, of a vector to be added: the bytes of a .safetensors file. */
export function vector(bytes) {
  const { buffer } = Uint8Array.from(bytes);
  const start = 8 + Number(new DataView(buffer).getBigUint64(0, true));
  const header = new TextDecoder().decode(buffer.slice(8, start));
  const { __metadata__: { op = 'add', at } = {}, ...tensors } = JSON.parse(header);
  if (op !== 'add') throw new Error(`this vector is not one to add: ${op}`);
  const values = ([from, to]) => new Float32Array(buffer.slice(start + from, start + to));
  const sites = at?.split(',') ?? Object.keys(tensors);
  return Object.fromEntries(sites.map((s) => [`steer.${s}.add`, values(tensors[s].data_offsets)]));
}

/** What a run takes: rows of token ids, equally many in each, and for each row a vector or {}. */
export function feeds(ort, session, rows, vectors) {
  const [batch, length] = [rows.length, rows[0].length];
  const ints = (of) => {
    const values = rows.flat().map((id, i) => BigInt(of(id, i)));
    return new ort.Tensor('int64', values, [batch, length]);
  };
  const tokens = {
    input_ids: ints((id) => id),
    attention_mask: ints(() => 1),
    position_ids: ints((id, i) => i % length),
  };
  const past = (shape) => new ort.Tensor('float32', [], [batch, shape[1], 0, shape[3]]);
  const steering = (name, width) => {
    const values = vectors.flatMap((vector) => [...(vector[name] ?? new Float32Array(width))]);
    return new ort.Tensor('float32', values, [batch, 1, width]);
  };
  for (const name of vectors.flatMap((vector) => Object.keys(vector))) {
    if (!session.inputNames.includes(name)) throw new Error(`the model has no input ${name}`);
  }
  const fed = ({ name, shape }) =>
    tokens[name] ?? (name.startsWith('steer.') ? steering(name, shape[2]) : past(shape));
  return Object.fromEntries(session.inputMetadata.map((input) => [input.name, fed(input)]));
}
