// Registrations a second of processor time, by the verifiers from npm that tests/e2e/peers judges with.
// Usage: node peer_verification.cjs NODE_MODULES <case.json    {options, response, origin, …}
// Prints {peer: rate or why it refuses the case, …}.
"use strict";
const {judges} = require("../e2e/peers/verify.cjs");

const UNMEASURED = 50;  // until the compiler has seen what is called often
const ROUNDS = 500;

const secondsUsed = () => {
  const {user, system} = process.cpuUsage();
  return (user + system) / 1e6;
};

async function rateOf(judge, one) {
  for (let round = 0; round < UNMEASURED; ++round) await judge(one);
  const began = secondsUsed();
  for (let round = 0; round < ROUNDS; ++round) await judge(one);
  return ROUNDS / (secondsUsed() - began);
}

async function main() {
  const one = JSON.parse(require("fs").readFileSync(0, "utf8"));
  const rates = {};
  for (const [peer, judge] of Object.entries(judges.registration)) {
    rates[peer] = await rateOf(judge, one).catch((error) => error.message);
  }
  console.log(JSON.stringify(rates));
}

main();
