#pragma once
// Faults of registrations: each a good registration with one thing wrong and all else right, signed
// over the wrong thing where a key would have signed it, sent as the JSON a client sends.

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tests/support/made_ceremony.h"

namespace firstkey::tests {

/// A registration in any of the formats, on its way to the verifier.
struct Forgery : MadeRegistration {
  IssuedCertificate root = self_signed(CertificateShape::authority("Root"));
  IssuedCertificate leaf = issue({}, root);
  std::vector<core::Bytes> roots{root.der};   ///< that are trusted
  std::function<void(std::string&)> retype;   ///< of the JSON that is sent
  std::function<void(core::Bytes&)> respell;  ///< of its attestation object

  /// packed by a leaf of this shape, below the root, with `others` after it; enforced.
  void certify(const CertificateShape& shape, const std::vector<core::Bytes>& others = {});
  void certify_packed() { certify({}); }
  void certify_u2f() { certify_u2f({}); }
  /// fido-u2f by a leaf of this shape, below the root.
  void certify_u2f(const CertificateShape& shape);
  /// The bytes U2F signs, out of those packed signs.
  [[nodiscard]] core::Bytes u2f_message(core::BytesView packed_message) const;

  /// RegistrationResponseJSON, with everything a client repeats.
  [[nodiscard]] std::string text() const;
  /// From the text to the verdict.
  [[nodiscard]] std::optional<core::webauthn::Code> judged() const;
};

[[nodiscard]] core::Bytes u2f_statement(core::BytesView signature,
                                        const std::vector<core::Bytes>& certificates);

/// Replaces the one `part` of `text`. A fault that finds nothing to spoil fails its test.
void replace(std::string& text, std::string_view part, std::string_view by);

struct Fault {
  const char* name;
  core::webauthn::Code code;
  void (*spoil)(Forgery&);
};

struct FaultArea {
  const char* name;
  std::span<const Fault> faults;
};
[[nodiscard]] FaultArea client_data_faults();
[[nodiscard]] FaultArea authenticator_data_faults();
[[nodiscard]] FaultArea cose_key_faults();
[[nodiscard]] FaultArea statement_faults();
[[nodiscard]] FaultArea certificate_faults();
[[nodiscard]] FaultArea json_faults();

}  // namespace firstkey::tests
