// Quotations by the npm package quote-parser: node quotes.js PACKAGE-FOLDER TEXTS.json ROUNDS -> times and spans.
const fs = require("fs");
const { parse } = require(process.argv[2]);
const texts = JSON.parse(fs.readFileSync(process.argv[3], "utf8"));
const begin = process.hrtime.bigint(), before = process.cpuUsage();
let found;
for (let i = 0; i < Number(process.argv[4]); i++) found = texts.map((text) => parse(text, "en"));
const wall = Number(process.hrtime.bigint() - begin) / 1e9, used = process.cpuUsage(before);
// JavaScript counts UTF-16 units; all characters of the texts are single units, which bench.py checks
const spans = found.map((quotes) => quotes.map((quote) => [quote.index, quote.index + quote.text.length]));
console.log(JSON.stringify({ wall, cpu: (used.user + used.system) / 1e6, spans }));
