// Quotations by the npm package quote-parser: node quotes.js PACKAGE-FOLDER TEXTS.json ROUNDS -> median times and spans.
const fs = require("fs");
const { parse } = require(process.argv[2]);
const texts = JSON.parse(fs.readFileSync(process.argv[3], "utf8"));
const walls = [], cpus = [];
let found;
for (let i = 0; i < Number(process.argv[4]); i++) {
  const begin = process.hrtime.bigint(), before = process.cpuUsage();
  found = texts.map((text) => parse(text, "en"));
  const used = process.cpuUsage(before);
  walls.push(Number(process.hrtime.bigint() - begin) / 1e9);
  cpus.push((used.user + used.system) / 1e6);
}
const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
// JavaScript counts UTF-16 units; all characters of the texts are single units, which bench.py checks
const spans = found.map((quotes) => quotes.map((quote) => [quote.index, quote.index + quote.text.length]));
console.log(JSON.stringify({ wall: median(walls), cpu: median(cpus), spans }));
