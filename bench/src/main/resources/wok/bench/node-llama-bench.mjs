// node-llama-cpp with llama-bench's arguments and JSON: -m MODEL -p N,… -n N -d N -t N -r N --no-warmup
import { getLlama } from "node-llama-cpp";

const options = { m: "", p: "512", n: "64", d: "0", t: "2", r: "3" };
const words = process.argv.slice(2);
const warmUp = !words.includes("--no-warmup");
for (let i = 0; i + 1 < words.length; i++) {
  const key = words[i].replace(/^-/, "");
  if (key in options) options[key] = words[++i];
}
const list = (text) => text.split(",").map(Number);
const threads = Number(options.t);
const runs = Number(options.r);
const depth = Number(options.d);

const llama = await getLlama({ gpu: false, build: "never", maxThreads: threads, logLevel: "error" });
const model = await llama.loadModel({ modelPath: options.m });
const vocabulary = model.fileInfo.metadata.tokenizer.ggml.tokens.length;
const longest = Math.max(...list(options.p), ...list(options.n));
const context = await model.createContext({ contextSize: depth + longest + 8, batchSize: 512, threads });
const sequence = context.getSequence();
const random = (count) => Array.from({ length: count }, (_, i) => (i * 7919 + 13) % (vocabulary - 8));

async function prompt(count) {
  if (count > 0) await sequence.evaluateWithoutGeneratingNewTokens(random(count));
}

// The first token comes with the evaluation of the last token before it; n tokens are n evaluations.
async function answer(count) {
  let made = 0;
  for await (const token of sequence.evaluate([13], { temperature: 0, yieldEogToken: true })) {
    if (++made >= count) break;
  }
}

const results = [];
async function test(n_prompt, n_gen) {
  const samples_ts = [];
  const work = () => (n_gen > 0 ? answer(n_gen) : prompt(n_prompt));
  if (warmUp) await work();
  for (let i = 0; i < runs; i++) {
    await sequence.clearHistory();
    await prompt(depth);
    const started = process.hrtime.bigint();
    await work();
    samples_ts.push(((n_prompt + n_gen) * 1e9) / Number(process.hrtime.bigint() - started));
  }
  const avg_ts = samples_ts.reduce((a, b) => a + b) / runs;
  results.push({ n_threads: threads, n_prompt, n_gen, n_depth: depth, avg_ts, samples_ts });
}

for (const count of list(options.p)) if (count > 0) await test(count, 0);
for (const count of list(options.n)) if (count > 0) await test(0, count);
console.log(JSON.stringify(results));
process.exit(0);
