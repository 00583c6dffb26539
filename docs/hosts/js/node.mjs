// node node.mjs onnxruntime-node MODEL IDS VECTOR...: the logits of each run as a line of JSON
import { readFile } from 'node:fs/promises';
import { feeds, vector } from './steering.mjs';

const [library, model, prompt, ...files] = process.argv.slice(2);
const { default: ort } = await import(library); // onnxruntime-node, or onnxruntime-web for WebAssembly

const session = await ort.InferenceSession.create(model, { logSeverityLevel: 3 });
const ids = prompt.split(',').map(Number);
const run = async (rows, vectors) => {
  const { logits } = await session.run(feeds(ort, session, rows, vectors));
  console.log(JSON.stringify([...logits.data]));
};

await run([ids], [{}]); // unsteered
const vectors = await Promise.all(files.map(async (file) => vector(await readFile(file))));
for (const one of vectors) await run([ids], [one]); // another vector for each run
await run(vectors.map(() => ids), vectors); // another vector for each row
