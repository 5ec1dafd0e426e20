#pragma once

#include <string>
#include <vector>

#include "compiler/backend/backend.h"

namespace rpcsieve::compiler {

// SigmaFile is one rule, a YAML document.
struct SigmaFile {
  std::string name;  // of the file: "dcsync-calls.yml"
  std::string text;
};

struct SigmaEmitted {
  std::vector<SigmaFile> files;
  std::vector<Verdict> verdicts;
};

// emit_sigma gives the rules that a host's logs can answer: for calls and files, for counts and
// sequences, and the companions that the detections carry, which the verdicts do not judge.
SigmaEmitted emit_sigma(const Ir& ir, Profile profile);

// sigma_documents gives all rules as the documents of one file.
std::string sigma_documents(const std::vector<SigmaFile>& files);

}  // namespace rpcsieve::compiler
