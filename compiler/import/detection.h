#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diagnostic.h"
#include "runtime/base/uuid.h"

namespace rpcsieve::compiler {

// ImportedStub is one item of a stub condition, as a spec writes it.
struct ImportedStub {
  std::string kind;   // utf16, text, hex, regex
  std::string value;  // not quoted yet
  bool nocase = false;
  bool negated = false;
};

// ImportedCall is one alternative of a call condition. Empty lists are left out of the spec.
struct ImportedCall {
  std::vector<std::string> interfaces;  // names of the catalogue, or UUIDs
  std::string version;
  std::vector<std::string> operations;
  bool all_but = false;  // every operation but these
  std::vector<std::string> transports;
  std::vector<ImportedStub> stub;
};

// ImportedAddresses is a list for `from` or `to`; empty: everyone.
struct ImportedAddresses {
  std::vector<std::string> items;
  bool all_but = false;
};

// Imported is a foreign rule as a detection of ours.
struct Imported {
  Span span;  // of the rule
  std::string name;
  Uuid id;
  std::string title, description, status, severity, tactic;
  std::vector<std::string> attack, references, falsepositives;
  std::vector<ImportedCall> calls;
  ImportedAddresses from, to;
  std::vector<std::string> origin;    // comment lines: where it is from, and whose it is
  std::vector<std::string> not_kept;  // what the rule says and the detection does not
};

// Imports is what was read of some files. Rules of other kinds are counted and passed over.
struct Imports {
  std::vector<Imported> rules;
  std::size_t passed_over = 0;

  // add takes a rule and makes its name unique. A rule whose id is there already is refused (E034).
  void add(Imported rule, Diagnostics& out);

 private:
  std::set<std::string> names_;
  std::set<Uuid> ids_;
};

// print gives the text of a spec file with this one detection. The file passes `check` if the parts
// mean something there: every text is quoted as it must be.
std::string print(const Imported& rule);

// name_of makes a detection's name of a title: "Remote Task (ATSvc)" is remote-task-atsvc.
std::string name_of(std::string_view title);

// line_of gives a text as one line of at most `limit` characters; what is no text is '?'.
std::string line_of(std::string_view text, std::size_t limit);

// derived_id gives the same id for the same text: for rules that have none of their own.
Uuid derived_id(std::string_view text);

// technique_of gives a tag such as t1003_006 as T1003.006; "" if it is no ATT&CK technique.
std::string technique_of(std::string_view tag);

// tactic_of gives a tag such as Credential_Access as a spec writes it; "" if it is no ATT&CK
// tactic.
std::string tactic_of(std::string_view tag);

}  // namespace rpcsieve::compiler
