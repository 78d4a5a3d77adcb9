// Registrations and sign-ins as two verifiers that nobody here wrote see them.
// Usage: node verify.cjs NODE_MODULES <cases.jsonl    a line {name, kind, options, response, origin, …}
// Prints a line {name, peer, verdict} for each case and peer; verdict is "accept" or what was thrown.
// tests/bench/peer_verification.cjs times the same judges.
"use strict";
const path = require("path");
const {createRequire} = require("module");
const peers = createRequire(path.join(process.argv[2], "/"));
// Node 18 knows Web Cryptography, but not yet by this name.
if (!globalThis.crypto) globalThis.crypto = require("crypto").webcrypto;
const simple = peers("@simplewebauthn/server");

const decoded = (text) => {
  const bytes = Buffer.from(text, "base64url");
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
};

async function bySimpleWebAuthn(one) {
  const expected = {
    response: one.response,
    expectedChallenge: one.options.challenge,
    expectedOrigin: one.origin,
    expectedRPID: one.rpId,
    requireUserVerification: one.userVerification,
  };
  if (one.kind === "registration") {
    const algorithms = one.options.pubKeyCredParams.map((parameter) => parameter.alg);
    const {verified, registrationInfo} = await simple.verifyRegistrationResponse(
      {...expected, supportedAlgorithmIDs: algorithms});
    if (!verified) throw new Error("not verified");
    if (registrationInfo.fmt !== one.format) throw new Error(`format ${registrationInfo.fmt}`);
    return;
  }
  const {verified} = await simple.verifyAuthenticationResponse({
    ...expected,
    authenticator: {
      credentialID: new Uint8Array(Buffer.from(one.credentialId, "base64url")),
      credentialPublicKey: new Uint8Array(Buffer.from(one.publicKey, "base64url")),
      counter: 0,
    },
  });
  if (!verified) throw new Error("not verified");
}

async function byFido2Lib(one) {
  const {Fido2Lib} = await import(peers.resolve("fido2-lib"));
  const lib = new Fido2Lib({
    rpId: one.rpId,
    cryptoParams: one.options.pubKeyCredParams.map((parameter) => parameter.alg),
  });
  const result = await lib.attestationResult(
    {
      id: decoded(one.response.id),
      rawId: decoded(one.response.rawId),
      transports: one.response.response.transports,
      response: {
        clientDataJSON: decoded(one.response.response.clientDataJSON),
        attestationObject: decoded(one.response.response.attestationObject),
      },
    },
    {
      challenge: one.options.challenge,
      origin: one.origin,
      rpId: one.rpId,
      factor: one.userVerification ? "first" : "either",
    });
  if (result.authnrData.get("fmt") !== one.format) throw new Error("another format");
}

const judges = {
  registration: {"@simplewebauthn/server": bySimpleWebAuthn, "fido2-lib": byFido2Lib},
  authentication: {"@simplewebauthn/server": bySimpleWebAuthn},
};

async function main() {
  const lines = require("fs").readFileSync(0, "utf8").split("\n").filter(Boolean);
  for (const line of lines) {
    const one = JSON.parse(line);
    for (const [peer, judge] of Object.entries(judges[one.kind])) {
      let verdict = "accept";
      try {
        await judge(one);
      } catch (error) {
        verdict = String(error && error.message || error);
      }
      console.log(JSON.stringify({name: one.name, peer, verdict}));
    }
  }
}

module.exports = {judges};
if (require.main === module) main();
