#pragma once
// The keys of the demonstration: firstkey-softkey as a process, on the HID wire over UDP and as a
// card in a virtual reader, and whatever real key is plugged in.

#include <optional>
#include <string>

#include "core/result.h"
#include "enroll/app/child_program.h"

namespace firstkey::enroll {

struct DemoKey {
  ChildProgram program;
  std::string option;     ///< "--simulator", "--device"
  std::string path;       ///< its argument
  std::string root_file;  ///< its maker's attestation root, PEM
};

/// Errors: kNotFound when firstkey-softkey is not there or does not start.
[[nodiscard]] core::Result<DemoKey> start_usb_key(const std::string& root_file);

/// pcscd with a virtual reader: the one that runs, else one of our own, which takes root.
class DemoReader {
 public:
  /// `program` is firstkey itself, asked which keys it sees. Errors: kNotFound, saying what is
  /// missing.
  [[nodiscard]] static core::Result<DemoReader> open(std::string program);
  /// Returns once firstkey sees it. Errors: kNotFound.
  [[nodiscard]] core::Result<DemoKey> insert_card(const std::string& root_file);

 private:
  DemoReader(std::string program, std::optional<ChildProgram> service)
      : program_(std::move(program)), service_(std::move(service)) {}

  std::string program_;
  std::optional<ChildProgram> service_;
};

/// The name of a key that is no simulation and can be opened.
[[nodiscard]] std::optional<std::string> real_key_name(const std::string& program);

/// This program's own path.
[[nodiscard]] std::string own_path();

}  // namespace firstkey::enroll
